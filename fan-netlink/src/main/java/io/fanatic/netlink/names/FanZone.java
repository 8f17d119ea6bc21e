package io.fanatic.netlink.names;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.engine.Fan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The names of one fan. Everything here is arithmetic: which host a label names, which slice it owns, whose an address is.
 *
 * @param mapping overlay and underlay
 * @param own the slices of this host, at least one
 * @param only whether it is the only fan of this host, which {@code fan.internal} names as well
 */
record FanZone(FanMapping mapping, List<FanSlice> own, boolean only) {
    private static final String SUFFIX = ".internal";
    private static final String ONLY = "fan" + SUFFIX;
    private static final String REVERSE = ".in-addr.arpa";
    private static final int OCTETS = 4;

    /** The zones of the fans that are up, in their order. */
    static List<FanZone> of(List<Fan> fans) {
        return fans.stream()
                .filter(fan -> !fan.slices().isEmpty())
                .map(fan -> new FanZone(fan.mapping(), fan.slices(), fans.size() == 1))
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

    /** The reverse zones that hold the overlay and nothing else: {@code 250.in-addr.arpa}; several where the prefix ends inside an octet. */
    List<String> reverseNames() {
        Ipv4Prefix overlay = mapping.overlay();
        int octets = Math.max(1, (overlay.prefixLength() + 7) / 8);
        int count = 1 << octets * 8 - overlay.prefixLength();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Ipv4Address first = Ipv4Address.of(overlay.network().bits() + (i << 32 - octets * 8));
            StringBuilder name = new StringBuilder();
            for (int octet = octets - 1; octet >= 0; octet--) {
                name.append(first.octet(octet)).append(octet == 0 ? "" : ".");
            }
            names.add(name + REVERSE);
        }
        return names;
    }

    /** The label that names a host by its underlay address: {@code 10-0-0-2}. */
    static String literal(Ipv4Address underlay) {
        return underlay.toString().replace('.', '-');
    }

    /** The name of a container that every host of the fan understands alike, or of the host for an empty one. */
    String canonical(String container, FanSlice owner) {
        return (container.isEmpty() ? "" : container + ".") + literal(owner.underlayAddress()) + "." + name();
    }

    /** The name that leads from an address back to its names. */
    static String reverse(Ipv4Address address) {
        return address.octet(3) + "." + address.octet(2) + "." + address.octet(1) + "." + address.octet(0) + REVERSE;
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

    /** The slice that an address of the overlay is in; empty when it is nobody's. */
    Optional<FanSlice> owner(Ipv4Address address) {
        return slice(Ipv4Address.of(mapping.ownerBits(address.bits())));
    }

    boolean isOwn(FanSlice slice) {
        return own.stream().anyMatch(each -> each.underlayAddress().equals(slice.underlayAddress()));
    }

    boolean isInOwnSlice(Ipv4Address address) {
        return own.stream().anyMatch(each -> each.cidr().contains(address));
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
        return name.endsWith(REVERSE) ? reverseTarget(name) : Optional.empty();
    }

    private Optional<Target> reverseTarget(String name) {
        String[] labels = name.substring(0, name.length() - REVERSE.length()).split("\\.", -1);
        int bits = 0;
        int octets = 0;
        for (int i = labels.length - 1; i >= 0 && octets < OCTETS; i--) {
            int octet = octet(labels[i]);
            if (octet < 0) {
                break;
            }
            bits |= octet << 24 - 8 * octets++;
        }
        if (octets == 0 || 8 * octets < mapping.overlay().prefixLength()) {
            return Optional.empty();
        }
        Ipv4Address first = Ipv4Address.of(bits);
        if (!mapping.overlay().contains(first)) {
            return Optional.empty();
        }
        if (labels.length > octets) {
            return Optional.of(new Target.Nowhere(this));
        }
        return Optional.of(octets == OCTETS ? new Target.Address(this, first) : new Target.Above(this));
    }

    private static int octet(String label) {
        if (label.isEmpty() || label.length() > 3 || label.length() > 1 && label.charAt(0) == '0') {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < label.length(); i++) {
            int digit = label.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value <= 255 ? value : -1;
    }
}
