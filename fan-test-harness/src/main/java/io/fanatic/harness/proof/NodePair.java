package io.fanatic.harness.proof;

import io.fanatic.core.FanMapping;
import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.lab.LabNode;
import java.util.Optional;

/**
 * Somebody who starts and somebody who shall answer.
 *
 * @param from who starts
 * @param to who shall answer
 * @param overlay6 the IPv6 overlay by whose addresses they meet; empty for those of IPv4
 */
public record NodePair(LabNode from, LabNode to, Optional<Ipv6Prefix> overlay6) {

    /**
     * Two that meet by their IPv4 addresses.
     *
     * @param from who starts
     * @param to who shall answer
     */
    public NodePair(LabNode from, LabNode to) {
        this(from, to, Optional.empty());
    }

    /** {@return the fan in which they meet: that of the one who shall answer} */
    public FanMapping fan() {
        return to.host().slice().mapping();
    }

    /** {@return the family of the addresses by which they meet} */
    public IpFamily family() {
        return overlay6.isPresent() ? IpFamily.IPV6 : IpFamily.IPV4;
    }

    /** {@return the address of the one who starts} */
    public IpAddress source() {
        return address(from);
    }

    /** {@return the address of the one who shall answer} */
    public IpAddress destination() {
        return address(to);
    }

    private IpAddress address(LabNode node) {
        return overlay6.isPresent() ? node.ipv6Address(overlay6.get()) : node.address();
    }

    /** {@code h1 to h2c1}, or {@code h1 to h2c1 by IPv6}. */
    @Override
    public String toString() {
        return from.name() + " to " + to.name() + (overlay6.isPresent() ? " by IPv6" : "");
    }
}
