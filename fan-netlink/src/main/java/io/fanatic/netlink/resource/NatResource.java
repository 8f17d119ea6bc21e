package io.fanatic.netlink.resource;

import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.kernel.Kernel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our nftables table: traffic from slices to outside their overlay is masqueraded, traffic inside it never. */
public record NatResource(List<NatTable.Entry> entries) implements Resource {

    public NatResource {
        entries = List.copyOf(entries);
    }

    @Override
    public String key() {
        return "nat";
    }

    @Override
    public void create(Kernel kernel) {
        kernel.replaceNat(entries);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.replaceNat(List.of());
    }

    @Override
    public String creating() {
        return "create nftables table ip fanatic: masquerade " + Text.join(", ", entries);
    }

    @Override
    public String deleting() {
        return "delete nftables table ip fanatic";
    }

    @Override
    public String changing(Resource from) {
        return "replace nftables table ip fanatic: masquerade " + Text.join(", ", entries);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NatResource that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }
}
