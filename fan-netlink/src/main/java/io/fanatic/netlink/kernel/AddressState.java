package io.fanatic.netlink.kernel;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 address on a device.
 *
 * @param link name of the device
 * @param address the address
 * @param prefixLength of the network that it makes on-link, 0 to 32
 */
public record AddressState(String link, Ipv4Address address, int prefixLength) {

    /** {@return the network that is on-link through this address} */
    public Ipv4Prefix network() {
        return Ipv4Prefix.containing(address, prefixLength);
    }

    /** {@code 10.0.0.45/16 on eth0}. */
    @Override
    public String toString() {
        return address + "/" + prefixLength + " on " + link;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AddressState that
                && prefixLength == that.prefixLength
                && link.equals(that.link)
                && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return Objects.hash(link, address, prefixLength);
    }
}
