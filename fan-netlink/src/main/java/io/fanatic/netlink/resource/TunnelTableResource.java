package io.fanatic.netlink.resource;

import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.kernel.Kernel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our nftables tables against forged packets: from outside a fan, from containers to other hosts, and under hosts' Ethernet addresses. */
public record TunnelTableResource(List<TunnelTable.Entry> entries) implements Resource {

    public TunnelTableResource {
        entries = List.copyOf(entries);
    }

    @Override
    public String key() {
        return "tunnel-only";
    }

    @Override
    public void create(Kernel kernel) {
        kernel.replaceTunnelOnly(entries);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.replaceTunnelOnly(List.of());
    }

    @Override
    public String creating() {
        return "create nftables tables " + TunnelTable.NAME + ", against forged packets: " + Text.join(", ", entries);
    }

    @Override
    public String deleting() {
        return "delete nftables tables " + TunnelTable.NAME;
    }

    @Override
    public String changing(Resource from) {
        return "replace nftables tables " + TunnelTable.NAME + ", against forged packets: " + Text.join(", ", entries);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TunnelTableResource that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }
}
