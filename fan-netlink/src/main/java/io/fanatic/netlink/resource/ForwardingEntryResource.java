package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** That the bridge sends to the tunnel what is for the gateway of its host into the IPv6 overlay. */
public record ForwardingEntryResource(Ipv6State.Entry entry) implements Resource {

    @Override
    public String key() {
        return "forwarding-entry " + entry.mac();
    }

    @Override
    public boolean goesFirst() {
        return true; // while the bridge has IPv6: what ends with that is not undone by switching it on again
    }

    @Override
    public void create(Kernel kernel) {
        kernel.putForwardingEntry(entry);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteForwardingEntry(entry);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        from.delete(kernel);
        create(kernel);
    }

    @Override
    public String creating() {
        return "send to the tunnel: " + entry;
    }

    @Override
    public String deleting() {
        return "no longer send to the tunnel: " + entry;
    }

    @Override
    public String changing(Resource from) {
        return "send to the tunnel: " + entry;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ForwardingEntryResource that && entry.equals(that.entry);
    }

    @Override
    public int hashCode() {
        return entry.hashCode();
    }
}
