package io.fanatic.netlink.resource;

import io.fanatic.netlink.firewall.PortTable;
import io.fanatic.netlink.kernel.Kernel;
import java.util.List;

/** Our nftables table for the tunnels' ports: what comes to them from outside the underlays is dropped before guard sees it. */
public record PortTableResource(List<PortTable.Entry> entries) implements Resource {

    public PortTableResource {
        entries = List.copyOf(entries);
    }

    @Override
    public String key() {
        return "underlay-only";
    }

    @Override
    public void create(Kernel kernel) {
        kernel.replacePorts(entries);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.replacePorts(List.of());
    }

    @Override
    public String creating() {
        return "create nftables table inet fanatic: " + Text.join(", ", entries);
    }

    @Override
    public String deleting() {
        return "delete nftables table inet fanatic";
    }

    @Override
    public String changing(Resource from) {
        return "replace nftables table inet fanatic: " + Text.join(", ", entries);
    }
}
