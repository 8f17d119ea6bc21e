package io.fanatic.netlink.engine;

import io.fanatic.core.Direct;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Overlays;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.resource.ForwardTableResource;
import io.fanatic.netlink.resource.Ipv6OutsideResource;
import io.fanatic.netlink.resource.LocalSendersResource;
import io.fanatic.netlink.resource.NatResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.TunnelTableResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Optional;
import java.util.Set;

/** What is to be done on a host as it was read, for one wish; and what a person should know of it. It asks for nothing twice, and touches nothing. */
final class Planner {
    /** What a plan says on a kernel without nftables. */
    static final String NO_NAT = "this kernel has no nftables for IPv4, so what leaves the overlay is not masqueraded:"
            + " containers reach the overlay and their host only";

    /** Likewise. */
    static final String NO_TUNNEL_TABLE =
            "this kernel has no nftables for IPv4, so nothing keeps containers that are masqueraded from sending"
                    + " in the name of this host's tunnel";

    /** Likewise. */
    static final String NOTHING_FROM_OUTSIDE =
            "this kernel's nftables has no fib expression for a fan's overlay, so nothing drops packets from outside the fan"
                    + " that claim a source in it; set net.ipv4.conf.*.rp_filter to 1";

    /** Likewise. */
    static final String NOTHING_FROM_OUTSIDE_IPV6 =
            "this kernel has no nftables for IPv6, so nothing drops IPv6 packets from outside the fan that claim a source in it";

    /** Likewise. */
    static final String NO_BRIDGE_TABLE =
            "this kernel has no nftables for bridges, so a container may send frames with the Ethernet address of another"
                    + " host, and be sent what is for it";

    /** What a plan says where local users cannot be told from root. */
    static final String LOCAL_USERS =
            "nothing keeps local users from sending to the tunnel's port of other hosts, in the name of this one: that takes"
                    + " cgroup v2, Linux 5.14 and CAP_SYS_ADMIN";

    /** Likewise. */
    static final String NO_FORWARD_TABLE =
            "this kernel has no nftables for IPv4, so nothing keeps what comes in by a device of this"
                    + " host from being sent on by another";

    /** Likewise. */
    static final String NO_NAT_IPV6 = "this kernel has no nftables for IPv6, so IPv6 that leaves the overlay is not"
            + " masqueraded: containers reach the IPv6 overlay and their host only";

    /** What a plan says before Linux 6.17. */
    static final String NOT_FORWARDED_IPV6 =
            "this host does not forward IPv6, so containers reach nothing outside the IPv6 overlay by it; set"
                    + " net.ipv6.conf.all.forwarding to 1: fanatic cannot, as /proc/sys is read-only or"
                    + " net.ipv6.conf.default.forwarding is 1 already";

    /** What a plan says where DHCP cannot tell of a name server. */
    static final String NO_NAME_SERVER =
            "this host has no name server that containers could ask: /etc/resolv.conf names none"
                    + " but a stub on a loopback address, so DHCP tells them of none and they resolve no names";

    private final Kernel kernel;
    private final HostState host;
    private final DesiredState desired;
    private final Preflight preflight;
    private final PortSharing sharing;

    Planner(Kernel kernel, HostState host) {
        this.kernel = kernel;
        this.host = host;
        desired = new DesiredState(kernel, host);
        preflight = new Preflight(kernel, desired);
        sharing = new PortSharing(desired);
    }

    /** What {@link Engine#up} does. */
    Plan up(FanEntry entry) {
        Fan fan = WantedFan.of(entry, host);
        Optional<Fan> before = host.fan(fan.mapping());
        preflight.up(fan, before);
        List<Fan> after = new ArrayList<>(host.fans());
        before.ifPresent(after::remove);
        Plan neighbours = sharing.makeRoomFor(fan, after);
        after.add(fan);
        Plan plan = between(before.or(() -> Optional.of(fan)), Optional.of(fan), after);
        preflight.serve(fan, plan);
        Plan all = neighbours.then(plan);
        for (String note : notes(fan, before)) {
            all = all.with(note);
        }
        return all;
    }

    private List<String> notes(Fan fan, Optional<Fan> before) {
        List<String> notes = new ArrayList<>(directNotes(fan));
        if (before.isEmpty()) {
            Overlays.warning(fan.overlay()).ifPresent(notes::add);
        }
        if (!fan.dhcp().isEmpty()) {
            if (desired.nameServers(fan).isEmpty()) {
                notes.add(NO_NAME_SERVER);
            }
            notes.addAll(reservedAndLeased(fan));
        }
        return notes;
    }

    /** A lease of an instance that is gone, too, stands in the way until it ends: nobody knows whether the instance is. */
    private List<String> reservedAndLeased(Fan fan) {
        List<String> notes = new ArrayList<>();
        List<DhcpReservation> reservations = kernel.reservations();
        if (reservations.isEmpty()) {
            return notes;
        }
        for (DhcpLease lease : kernel.leases(fan.bridge())) {
            for (DhcpReservation reservation : reservations) {
                if (reservation.address().equals(lease.address())
                        && !reservation.client().equals(lease.client())) {
                    notes.add("DHCP gives " + lease.address() + ", which /etc/ethers has for " + reservation.client()
                            + ", to that one only when the lease of " + lease.client() + " has ended"
                            + (lease.ends() == 0 ? "" : ", " + Instant.ofEpochSecond(lease.ends())));
                }
            }
        }
        return notes;
    }

    private List<String> directNotes(Fan fan) {
        if (fan.direct() == Direct.OFF) {
            return List.of();
        }
        List<String> notes = new ArrayList<>();
        Paths paths = desired.paths();
        if (fan.direct() == Direct.SEND) {
            paths.directObstacle(fan)
                    .ifPresent(
                            why -> notes.add("the fan receives packets without encapsulation and sends none: " + why));
        }
        paths.bridgedRules(fan)
                .notMet()
                .ifPresent(rule -> notes.add(
                        "packets that come without encapsulation do not meet this rule for bridged frames: " + rule));
        return notes;
    }

    /** What {@link Engine#down} does. */
    Plan down(Ipv4Prefix overlay, UnderlaySpec underlay, boolean force) {
        for (Fan fan : host.fans()) {
            if (fan.overlay().equals(overlay)) {
                Fan rest = fan;
                for (Ipv4Address address : meant(underlay, fan)) {
                    rest = rest.without(address);
                }
                boolean nothingMeant = rest.slices().size() == fan.slices().size()
                        && !fan.slices().isEmpty();
                return nothingMeant ? Plan.NOTHING : down(fan, rest, force);
            }
        }
        // Of a fan whose "up" was killed before its bridge had a name, only what fans share is there.
        return between(Optional.empty(), Optional.empty(), new ArrayList<>(host.fans()));
    }

    private Plan down(Fan fan, Fan rest, boolean force) {
        if (!force) {
            preflight.down(fan);
        }
        List<Fan> after = new ArrayList<>(host.fans());
        after.remove(fan);
        Optional<Fan> remaining = Optional.of(rest).filter(r -> !r.slices().isEmpty());
        remaining.ifPresent(after::add);
        return between(Optional.of(fan), remaining, after);
    }

    /** The underlay addresses of a fan that a user means when taking it down; they need not exist on the host any more. */
    private List<Ipv4Address> meant(UnderlaySpec underlay, Fan fan) {
        if (underlay instanceof UnderlaySpec.Address given) {
            return List.of(given.address());
        }
        if (underlay instanceof UnderlaySpec.Network given) {
            return given.network().equals(fan.mapping().underlay()) ? fan.underlayAddresses() : List.of();
        }
        try {
            return List.of(Underlay.resolve(underlay, host).address());
        } catch (FanException gone) {
            // The interface lost its address, or is gone itself: with one slice it is clear which one is meant.
            if (fan.slices().size() > 1) {
                throw gone;
            }
            return fan.underlayAddresses();
        }
    }

    /** What {@link Engine#downEverything} does. */
    Plan downEverything() {
        List<Resource> resources = new ArrayList<>(desired.observedShared());
        for (Fan fan : host.fans()) {
            preflight.down(fan);
            resources.addAll(desired.observed(fan));
        }
        return Plan.between(resources, List.of());
    }

    /** @param all the fans of the host afterwards */
    private Plan between(Optional<Fan> before, Optional<Fan> after, List<Fan> all) {
        all.sort((a, b) -> a.overlay().compareTo(b.overlay()));
        List<Resource> there = new ArrayList<>(desired.observedShared());
        before.ifPresent(fan -> there.addAll(desired.observed(fan)));
        after.ifPresent(fan -> there.addAll(desired.adopted(fan)));
        List<Resource> wanted = new ArrayList<>(desired.desiredShared(all));
        after.ifPresent(fan -> wanted.addAll(desired.desired(fan, sharing.needsFilter(fan))));
        wanted.addAll(desired.encryption(all));
        List<String> notes = new ArrayList<>(withoutNftables(there, wanted));
        notes.addAll(withoutPartsOfNftables(wanted));
        notes.addAll(withoutLocalSenders(there, wanted));
        if (all.stream().anyMatch(fan -> fan.nat() && fan.ipv6().isPresent())) {
            Ipv6Outside.Host beside = kernel.ipv6Host();
            desired.forwarding()
                    .ipv6Outside(all, beside)
                    .ifPresent(outside -> notes.addAll(ipv6Outside(outside, beside, wanted)));
        }
        Plan plan = Plan.between(there, wanted);
        for (String note : notes) {
            plan = plan.with(note);
        }
        return plan;
    }

    /** Adds it to what is desired; says where that is not enough, or cannot be. */
    private List<String> ipv6Outside(Ipv6Outside outside, Ipv6Outside.Host beside, List<Resource> wanted) {
        if (host.ipv6Outside().nat().isEmpty() && !kernel.has(KernelFeature.NFTABLES_IPV6)) {
            return List.of(NO_NAT_IPV6);
        }
        wanted.add(new Ipv6OutsideResource(outside));
        return beside.isOutOfReach() ? List.of(NOT_FORWARDED_IPV6) : List.of();
    }

    /** Takes tables away from what is desired on a kernel that cannot have them; says what that means. */
    private List<String> withoutNftables(List<Resource> there, List<Resource> wanted) {
        List<Resource> tables = tables(wanted);
        if (tables.isEmpty() || !tables(there).isEmpty() || kernel.has(KernelFeature.NFTABLES)) {
            return List.of();
        }
        wanted.removeAll(tables);
        List<String> notes = new ArrayList<>();
        for (Resource table : tables) {
            notes.add(
                    table instanceof NatResource
                            ? NO_NAT
                            : table instanceof ForwardTableResource ? NO_FORWARD_TABLE : NO_TUNNEL_TABLE);
        }
        return notes;
    }

    /** Takes away what a kernel cannot have, and the host has not; says what that means. */
    private List<String> withoutLocalSenders(List<Resource> there, List<Resource> wanted) {
        boolean lacking = wanted.removeIf(each -> each instanceof LocalSendersResource
                && !there.contains(each)
                && !kernel.has(KernelFeature.LOCAL_USERS));
        return lacking ? List.of(LOCAL_USERS) : List.of();
    }

    /** Takes from the table against forgery what a kernel cannot have, and the host has not; says what that means. */
    private List<String> withoutPartsOfNftables(List<Resource> wanted) {
        Set<String> notes = new LinkedHashSet<>();
        for (ListIterator<Resource> each = wanted.listIterator(); each.hasNext(); ) {
            if (each.next() instanceof TunnelTableResource table) {
                List<TunnelTable.Entry> entries = new ArrayList<>(table.entries());
                entries.removeIf(entry -> {
                    Optional<String> lacking = host.tunnelOnly().contains(entry) ? Optional.empty() : lacking(entry);
                    lacking.ifPresent(notes::add);
                    return lacking.isPresent();
                });
                if (entries.size() < table.entries().size()) {
                    each.set(new TunnelTableResource(entries));
                }
            }
        }
        return List.copyOf(notes);
    }

    private Optional<String> lacking(TunnelTable.Entry entry) {
        String family = TunnelTable.familyOf(entry);
        if (family.equals("ip6") && !kernel.has(KernelFeature.NFTABLES_IPV6)) {
            return Optional.of(NOTHING_FROM_OUTSIDE_IPV6);
        }
        if (family.equals("bridge") && !kernel.has(KernelFeature.NFTABLES_BRIDGE)) {
            return Optional.of(NO_BRIDGE_TABLE);
        }
        boolean looksUp = entry instanceof TunnelTable.Entry.Outside || entry instanceof TunnelTable.Entry.Direct;
        return looksUp && !kernel.has(KernelFeature.NFTABLES_FIB)
                ? Optional.of(NOTHING_FROM_OUTSIDE)
                : Optional.empty();
    }

    private static List<Resource> tables(List<Resource> resources) {
        List<Resource> tables = new ArrayList<>();
        for (Resource resource : resources) {
            if (resource instanceof NatResource
                    || resource instanceof ForwardTableResource
                    || resource instanceof TunnelTableResource) {
                tables.add(resource);
            }
        }
        return tables;
    }
}
