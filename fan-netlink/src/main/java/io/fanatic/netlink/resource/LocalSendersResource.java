package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;

/** That no process of the host but root's sends to a tunnel's UDP port: the frame would arrive as one of this host. */
public record LocalSendersResource(int port) implements Resource {

    @Override
    public String key() {
        return "local-senders " + port;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.setRootOnly(port, true);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.setRootOnly(port, false);
    }

    @Override
    public String creating() {
        return "let only root send to UDP port " + port + " from this host (eBPF programs at the root of cgroup v2)";
    }

    @Override
    public String deleting() {
        return "let every process of this host send to UDP port " + port;
    }
}
