package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** An address on the bridge. */
public record AddressResource(AddressState address) implements Resource {

    @Override
    public String key() {
        return "address " + address;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.addAddress(address);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteAddress(address);
    }

    @Override
    public String creating() {
        return "add address " + address;
    }

    @Override
    public String deleting() {
        return "remove address " + address;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AddressResource that && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }
}
