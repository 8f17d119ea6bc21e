package io.fanatic.netlink.resource;

import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.kernel.Kernel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our nftables table that keeps containers from sending, through a masquerade, in the name of this host's tunnels. */
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
        return "create nftables table ip " + TunnelTable.NAME + ": for tunnels only: " + Text.join(", ", entries);
    }

    @Override
    public String deleting() {
        return "delete nftables table ip " + TunnelTable.NAME;
    }

    @Override
    public String changing(Resource from) {
        return "replace nftables table ip " + TunnelTable.NAME + ": for tunnels only: " + Text.join(", ", entries);
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
