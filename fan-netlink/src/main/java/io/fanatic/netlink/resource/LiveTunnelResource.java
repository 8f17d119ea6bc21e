package io.fanatic.netlink.resource;

import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkSpec;

/**
 * A tunnel in use, with its programs: another one takes its place at once, as frames would be lost while there is none.
 *
 * @param tunnel without and with a filter for its VNI, which a tunnel keeps as long as it lives
 * @param programs what is attached to it
 */
public record LiveTunnelResource(TunnelResource tunnel, ProgramSpec programs) implements Resource {

    @Override
    public String key() {
        return tunnel.key();
    }

    @Override
    public void create(Kernel kernel) {
        throw new IllegalStateException(tunnel.name() + " takes the place of another one only");
    }

    @Override
    public void delete(Kernel kernel) {
        throw new IllegalStateException(tunnel.name() + " only gives its place to another one");
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        kernel.replaceTunnel(
                tunnel.name(),
                new LinkSpec.Vxlan(tunnel.mac(), tunnel.mtu(), tunnel.port(), tunnel.vniFilter()),
                tunnel.vni(),
                programs);
    }

    @Override
    public String creating() {
        return tunnel.creating();
    }

    @Override
    public String deleting() {
        return tunnel.deleting();
    }

    @Override
    public String changing(Resource from) {
        return "replace tunnel " + tunnel.name() + " by one that "
                + (tunnel.vniFilter() ? "shares UDP port " : "has the UDP port for itself: ") + tunnel.port()
                + "; its programs and their counters go on";
    }
}
