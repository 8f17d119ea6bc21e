package io.fanatic.netlink.watch;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What of a host concerns the fans that are watched, as it was when it was read; an event is something else than this. */
final class Scope {
    static final Scope NOTHING = new Scope(Set.of(), List.of(), Set.of(), List.of(), false);

    private final Set<String> names;
    private final List<Ipv4Prefix> overlays;
    private final Set<Ipv6Prefix> ipv6Overlays;
    private final List<Ipv4Prefix> underlays;
    private final boolean fast;
    private final Map<Integer, Link> devices = new HashMap<>();
    private final Map<Integer, String> programs = new HashMap<>();

    private Scope(
            Set<String> names,
            List<Ipv4Prefix> overlays,
            Set<Ipv6Prefix> ipv6Overlays,
            List<Ipv4Prefix> underlays,
            boolean fast) {
        this.ipv6Overlays = ipv6Overlays;
        this.fast = fast;
        this.names = names;
        this.overlays = overlays;
        this.underlays = underlays;
    }

    /**
     * Reads it.
     *
     * @param names of the bridges, tunnels and underlay devices, whether they exist or not
     * @param underlays the networks of the underlay addresses
     * @param fast whether one of the fans is to take the fast path, so that more of the host concerns it
     */
    static Scope read(
            NetlinkSocket socket,
            Set<String> names,
            List<Ipv4Prefix> overlays,
            Set<Ipv6Prefix> ipv6Overlays,
            List<Ipv4Prefix> underlays,
            boolean fast) {
        Scope scope = new Scope(names, overlays, ipv6Overlays, underlays, fast);
        Set<Integer> holders = new HashSet<>();
        for (InterfaceAddress address : new Addresses(socket).list()) {
            if (scope.isUnderlay(address.address())) {
                holders.add(address.index());
            }
        }
        for (Link link : new Links(socket).list()) {
            if (names.contains(link.name()) || holders.contains(link.index())) {
                scope.devices.put(link.index(), link);
                if (fast || names.contains(link.name())) {
                    scope.readPrograms(link);
                }
            }
        }
        return scope;
    }

    private void readPrograms(Link device) {
        try {
            for (Tcx.Hook hook : Tcx.Hook.values()) {
                Tcx.query(device.index(), hook).forEach(id -> programs.put(id, device.name()));
            }
        } catch (ErrnoException withoutTcx) {
            // Then they are attached by filters, or the device is gone; netlink reports both.
        }
    }

    boolean isNamed(String device) {
        return names.contains(device);
    }

    boolean isUnderlay(IpAddress address) {
        return underlays.stream().anyMatch(network -> network.contains(address));
    }

    boolean isFast() {
        return fast;
    }

    boolean overlapsUnderlay(Prefix network) {
        return underlays.stream().anyMatch(network::overlaps);
    }

    boolean hasIpv6Overlay() {
        return !ipv6Overlays.isEmpty();
    }

    boolean isIpv6Overlay(Prefix network) {
        return network instanceof Ipv6Prefix ipv6 && ipv6Overlays.contains(ipv6);
    }

    boolean overlaps(Prefix network) {
        return overlays.stream().anyMatch(network::overlaps);
    }

    Optional<Link> device(int index) {
        return Optional.ofNullable(devices.get(index));
    }

    /** The device is like this now. */
    void put(Link device) {
        devices.put(device.index(), device);
    }

    void remove(int index) {
        devices.remove(index);
    }

    /** The device that a program was attached to. */
    Optional<String> deviceOf(int program) {
        return Optional.ofNullable(programs.get(program));
    }
}
