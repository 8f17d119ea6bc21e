package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** An IPv6 address on the bridge. */
public record Ipv6AddressResource(Ipv6State.Address address) implements Resource {

    @Override
    public String key() {
        return "address " + address;
    }

    @Override
    public boolean goesFirst() {
        return true; // while the bridge has IPv6: what ends with that is not undone by switching it on again
    }

    @Override
    public void create(Kernel kernel) {
        kernel.addIpv6Address(address);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteIpv6Address(address);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        create(kernel);
    }

    @Override
    public String creating() {
        return "add address " + address;
    }

    @Override
    public String deleting() {
        return "remove address " + address;
    }

    @Override
    public String changing(Resource from) {
        return "add address " + address;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6AddressResource that && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }
}
