package io.fanatic.netlink.resource;

import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.kernel.Kernel;

/** dnsmasq leasing addresses of our own slices on the bridge. */
public record DhcpResource(DhcpServer server) implements Resource {

    @Override
    public String key() {
        return "dhcp " + server.bridge();
    }

    /** A server that runs is that of a bridge that somebody deleted: it listens on a device that is gone. */
    @Override
    public void create(Kernel kernel) {
        kernel.stopDhcp(server.bridge());
        kernel.startDhcp(server);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.stopDhcp(server.bridge());
        kernel.forgetLeases(server.bridge());
    }

    @Override
    public String creating() {
        return "start dnsmasq on " + server.bridge() + " (" + Text.join(", ", server.ranges()) + ")";
    }

    @Override
    public String deleting() {
        return "stop dnsmasq on " + server.bridge();
    }

    @Override
    public String changing(Resource from) {
        return "restart dnsmasq on " + server.bridge() + " (" + Text.join(", ", server.ranges()) + ")";
    }
}
