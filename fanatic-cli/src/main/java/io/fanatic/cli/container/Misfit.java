package io.fanatic.cli.container;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Share;
import java.util.Optional;

/**
 * A container that was put on the fan in a way that its engine takes and that does not work.
 *
 * @param kind in which way
 * @param sentence which container, and what of it
 * @param fix the command that puts it right, or what to do
 */
public record Misfit(Kind kind, String sentence, String fix) {

    /** In which way it does not work. */
    public enum Kind {
        /** Its address is the host's, or not of this host's slice, or no container's. */
        ADDRESS,
        /** Its address is one that another engine gives out. */
        SHARE,
        /** It publishes ports, and nobody forwards them. */
        PORTS,
        /** It has the fan's profile and no device on the fan. */
        DEVICE
    }

    /** What is wrong with the address that a container was given by hand; empty when it is of the engine's share. */
    public static Optional<Misfit> ofAddress(FanAttachment fan, Share share, String container, Ipv4Address address) {
        Ipv4Range range = fan.range(share);
        if (range.contains(address)) {
            return Optional.empty();
        }
        boolean usable = fan.slice().containerAddresses().contains(address);
        String what = address.equals(fan.slice().hostAddress())
                ? "which is this host's own"
                : usable
                        ? "which is not of the share of " + share
                        : fan.slice().cidr().contains(address)
                                ? "which is no container's"
                                : "which is not of this host's slice, "
                                        + fan.slice().cidr();
        return Optional.of(new Misfit(
                usable ? Kind.SHARE : Kind.ADDRESS,
                container + " has the address " + address + ", " + what,
                "run " + container + " again without an address of its own, or with one of " + range.first() + " to "
                        + range.last()));
    }
}
