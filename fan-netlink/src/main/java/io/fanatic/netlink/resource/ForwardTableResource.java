package io.fanatic.netlink.resource;

import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.kernel.Kernel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our nftables table that keeps the devices of {@link ForwardingResource} from becoming a way between the networks of the host. */
public record ForwardTableResource(List<ForwardTable.Entry> entries) implements Resource {

    public ForwardTableResource {
        entries = List.copyOf(entries);
    }

    @Override
    public String key() {
        return "forward-filter";
    }

    @Override
    public void create(Kernel kernel) {
        kernel.replaceForwardTable(entries);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.replaceForwardTable(List.of());
    }

    @Override
    public String creating() {
        return "create nftables table ip fanatic-forward: " + Text.join(", ", entries);
    }

    @Override
    public String deleting() {
        return "delete nftables table ip fanatic-forward";
    }

    @Override
    public String changing(Resource from) {
        return "replace nftables table ip fanatic-forward: " + Text.join(", ", entries);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ForwardTableResource that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }
}
