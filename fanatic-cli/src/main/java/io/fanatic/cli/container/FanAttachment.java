package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanOptions;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Share;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.engine.Fan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a container engine must know of a fan that is up: where to plug its containers in, and which addresses are theirs.
 *
 * @param type of the tunnel
 * @param bridge name of the fan's bridge; the engine's network or profile gets the same name
 * @param slice the addresses, of one underlay address of this host
 * @param mtu largest IPv4 packet, bytes
 * @param dhcp whether the fan leases addresses in the slice
 * @param shares which part of the slice each engine gives out
 * @param ipv6 the fan's IPv6 overlay; empty for a fan of IPv4 alone
 */
public record FanAttachment(
        TunnelType type,
        String bridge,
        FanSlice slice,
        int mtu,
        boolean dhcp,
        Shares shares,
        Optional<Ipv6Mapping> ipv6) {
    private static final int IPV6_MORE_BITS = 128 - 32;

    /** Of a fan of IPv4 alone. */
    public FanAttachment(TunnelType type, String bridge, FanSlice slice, int mtu, boolean dhcp, Shares shares) {
        this(type, bridge, slice, mtu, dhcp, shares, Optional.empty());
    }

    /** A slice of a fan on this host. */
    public static FanAttachment of(Fan fan, FanSlice slice) {
        return new FanAttachment(
                fan.type(),
                fan.bridge(),
                slice,
                fan.mtu(),
                fan.leases(slice.underlayAddress()),
                fan.shares(),
                fan.ipv6());
    }

    /** The same with the slice divided in another way. */
    public FanAttachment with(Shares others) {
        return new FanAttachment(type, bridge, slice, mtu, dhcp, others, ipv6);
    }

    /** As notes tell it: {@code fan-250 250.0.45.0/24 250.0.0.0/8 10.0.0.45/16}, the end as a line of /etc/network/fan. */
    public String description() {
        FanOptions options = FanOptions.DEFAULT.withType(type);
        return bridge + " " + slice.cidr() + " "
                + new FanEntry(
                        overlay(),
                        UnderlaySpec.of(
                                slice.underlayAddress(), mapping().underlay().prefixLength()),
                        bridge.equals(FanNames.bridge(overlay())) ? options : options.withBridge(bridge));
    }

    /** The fan that a note is for; empty where it is of an earlier version, which told only bridge and slice. */
    public static Optional<FanEntry> entry(String words) {
        List<String> word = new ArrayList<>(List.of(words.split(" ", -1)));
        if (given(words).isPresent()) {
            word.remove(word.size() - 1);
        }
        try {
            return word.size() > 2 ? Optional.of(FanEntry.parse(word.subList(2, word.size()))) : Optional.empty();
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    /** The addresses that an engine was given, the last word of its note; empty where it gives out none, or is of an earlier version. */
    public static Optional<Ipv4Range> given(String words) {
        try {
            return Optional.of(Ipv4Range.parse(words.substring(words.lastIndexOf(' ') + 1)));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    /** Of a fan whose underlay address this host has no more, which is not up: enough to take an engine off it. */
    public static Optional<FanAttachment> ofGone(FanEntry entry) {
        if (!(entry.underlay() instanceof UnderlaySpec.Address underlay)) {
            return Optional.empty();
        }
        FanSlice slice = new FanSlice(
                entry.mapping().orElseThrow(),
                underlay.address(),
                entry.options().hostReserve());
        String bridge = entry.options().bridge().orElseGet(() -> FanNames.bridge(entry.overlay()));
        return Optional.of(new FanAttachment(
                entry.options().type(),
                bridge,
                slice,
                entry.options().mtu().orElse(0),
                false,
                entry.options().shares()));
    }

    /** As words of a command line, with a blank before: {@code -u 10.0.0.45/16 -o 250.0.0.0/8}. */
    public String options() {
        return " -u " + slice.underlayAddress() + "/" + mapping().underlay().prefixLength() + " -o " + overlay();
    }

    public FanMapping mapping() {
        return slice.mapping();
    }

    public Ipv4Prefix overlay() {
        return mapping().overlay();
    }

    /** What containers reach without a router, and so the network that their engine is to believe in. */
    public Ipv4Prefix subnet() {
        return Ipv4Prefix.containing(slice.hostAddress(), type.delivery().prefixLength(mapping()));
    }

    /**
     * The addresses that an engine gives out.
     *
     * @throws CommandException (FAILED) when its share has none, saying how to give it some
     */
    public Ipv4Range range(Share share) {
        try {
            return shares.requireRange(share, slice);
        } catch (IllegalArgumentException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
    }

    /** {@return the IPv6 address that is as far from the host address as an IPv4 address of the slice; empty for a fan of IPv4 alone} */
    public Optional<Ipv6Address> ipv6Address(Ipv4Address address) {
        return ipv6.map(mapping -> mapping.hostAddressOf(slice.underlayAddress())
                .plus(address.bits() - slice.hostAddress().bits()));
    }

    /** {@return the addresses of {@link #ipv6Address} of a block of the slice, as a block; empty for a fan of IPv4 alone} */
    public Optional<Ipv6Prefix> ipv6Block(Ipv4Prefix block) {
        return ipv6Address(block.network()).map(first -> new Ipv6Prefix(first, IPV6_MORE_BITS + block.prefixLength()));
    }

    /** As {@link #range}, as a block of the slice, which may also have addresses in it that are no container's. */
    public Ipv4Prefix block(Share share) {
        range(share);
        return shares.block(share, slice).orElseThrow();
    }

    /** A range for a plan's sentence: {@code 250.0.45.32 to 250.0.45.63, the share of podman}. */
    public static String description(Ipv4Range range, Share share) {
        return range.first() + " to " + range.last() + ", the share of " + share;
    }
}
