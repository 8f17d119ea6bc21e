package io.fanatic.netlink.names;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.engine.Fan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The names of one fan. Everything here is arithmetic: which host a label names, which slice it owns, whose an address is.
 *
 * @param mapping overlay and underlay
 * @param ipv6 the IPv6 overlay over the same underlay
 * @param own the slices of this host, at least one
 * @param only whether it is the only fan of this host, which {@code fan.internal} names as well
 */
record FanZone(FanMapping mapping, Optional<Ipv6Mapping> ipv6, List<FanSlice> own, boolean only) {
    private static final String SUFFIX = ".internal";
    private static final String ONLY = "fan" + SUFFIX;

    /** The zones of the fans that are up, in their order. */
    static List<FanZone> of(List<Fan> fans) {
        return fans.stream()
                .filter(fan -> !fan.slices().isEmpty())
                .map(fan -> new FanZone(fan.mapping(), fan.ipv6(), fan.slices(), fans.size() == 1))
                .toList();
    }

    /** {@code fan-250.internal}, the same on every host of the fan, whatever its bridge is called. */
    String name() {
        return FanNames.bridge(mapping.overlay()) + SUFFIX;
    }

    /** All names of the zone, the one that every host knows first. */
    List<String> names() {
        return only ? List.of(name(), ONLY) : List.of(name());
    }

    /** The reverse zones that hold the overlays and nothing else: {@code 250.in-addr.arpa}, {@code a.f.0.0.0.0.d.f.ip6.arpa}. */
    List<String> reverseNames() {
        return overlays().stream()
                .flatMap(overlay -> ReverseTree.of(overlay.family()).zones(overlay).stream())
                .toList();
    }

    private List<Prefix> overlays() {
        List<Prefix> overlays = new ArrayList<>(List.of(mapping.overlay()));
        ipv6.ifPresent(each -> overlays.add(each.overlay()));
        return overlays;
    }

    /** The label that names a host by its underlay address: {@code 10-0-0-2}. */
    static String literal(Ipv4Address underlay) {
        return underlay.toString().replace('.', '-');
    }

    /** The name of a container that every host of the fan understands alike, or of the host for an empty one. */
    String canonical(String container, FanSlice owner) {
        return (container.isEmpty() ? "" : container + ".") + literal(owner.underlayAddress()) + "." + name();
    }

    /** The slice that a label such as {@code 10-0-0-2} names; empty for other labels and for addresses that are no host's. */
    Optional<FanSlice> literal(String label) {
        if (label.isEmpty() || !Character.isDigit(label.charAt(0)) || label.indexOf('.') >= 0) {
            return Optional.empty();
        }
        try {
            return slice(Ipv4Address.parse(label.replace('-', '.')));
        } catch (IllegalArgumentException noAddress) {
            return Optional.empty();
        }
    }

    /** The slice of a host of the underlay. */
    Optional<FanSlice> slice(Ipv4Address underlay) {
        return mapping.underlay().isHost(underlay) ? Optional.of(mapping.slice(underlay)) : Optional.empty();
    }

    /** The addresses of a host in each overlay. */
    List<IpAddress> hostAddresses(FanSlice host) {
        List<IpAddress> addresses = new ArrayList<>(List.of(host.hostAddress()));
        ipv6.ifPresent(each -> addresses.add(each.hostAddressOf(host.underlayAddress())));
        return addresses;
    }

    /** What a host owns of each overlay. */
    List<Prefix> slices(FanSlice host) {
        List<Prefix> slices = new ArrayList<>(List.of(host.cidr()));
        ipv6.ifPresent(each -> slices.add(each.sliceOf(host.underlayAddress())));
        return slices;
    }

    /** What a host owns of the overlay of a family; empty where there is no such overlay. */
    Optional<Prefix> slice(FanSlice host, IpFamily family) {
        return slices(host).stream().filter(slice -> slice.family() == family).findFirst();
    }

    /** Whether an address is one of a host's. */
    boolean owns(FanSlice host, IpAddress address) {
        return slices(host).stream().anyMatch(slice -> slice.contains(address));
    }

    /** The host that an address of an overlay belongs to; empty when it is nobody's. */
    Optional<FanSlice> owner(IpAddress address) {
        int owner = address instanceof Ipv6Address other
                ? ipv6.map(each -> each.ownerBits(other.high())).orElse(0)
                : mapping.ownerBits(((Ipv4Address) address).bits());
        return slice(Ipv4Address.of(owner)).filter(host -> owns(host, address));
    }

    boolean isOwn(FanSlice slice) {
        return own.stream().anyMatch(each -> each.underlayAddress().equals(slice.underlayAddress()));
    }

    boolean isInOwnSlice(IpAddress address) {
        return own.stream().anyMatch(each -> owns(each, address));
    }

    /**
     * What a name means.
     *
     * @param name in small letters, without a dot at the end
     * @return empty when it is not of this zone
     */
    Optional<Target> target(String name) {
        for (String zone : names()) {
            if (name.equals(zone)) {
                return Optional.of(new Target.Apex(this));
            }
            if (name.endsWith("." + zone)) {
                String left = name.substring(0, name.length() - zone.length() - 1);
                int dot = left.lastIndexOf('.');
                String container = dot < 0 ? "" : left.substring(0, dot);
                return Optional.of(new Target.OnHost(this, container, left.substring(dot + 1)));
            }
        }
        return overlays().stream()
                .flatMap(overlay -> ReverseTree.of(overlay.family()).target(this, overlay, name).stream())
                .findFirst();
    }
}
