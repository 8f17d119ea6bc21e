package io.fanatic.harness.lab;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;

/**
 * A host of a {@link Lab}.
 *
 * @param number counted from 1
 * @param name {@code h1}
 * @param namespace its network and mount namespace
 * @param slice what it owns of the overlay; of the first, where it takes part in several fans
 */
public record LabHost(int number, String name, Namespace namespace, FanSlice slice) implements LabNode {

    /**
     * {@return the same host, seen as a member of another fan}
     *
     * @param fan one that the host is in
     */
    public LabHost in(FanMapping fan) {
        return new LabHost(number, name, namespace, fan.slice(underlayAddress()));
    }

    /** {@return the host's address on the underlay} */
    public Ipv4Address underlayAddress() {
        return slice.underlayAddress();
    }

    @Override
    public LabHost host() {
        return this;
    }

    /** Its address in the overlay: the host address of its slice. */
    @Override
    public Ipv4Address address() {
        return slice.hostAddress();
    }
}
