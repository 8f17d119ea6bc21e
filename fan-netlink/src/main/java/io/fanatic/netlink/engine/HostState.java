package io.fanatic.netlink.engine;

import io.fanatic.core.Delivery;
import io.fanatic.core.Direct;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Shares;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.PortTable;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.ForwardingState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.Label;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.ProgramState;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.route.BlockPolicy;
import io.fanatic.netlink.strongswan.FanConnections;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A host as the kernel shows it. Two of these are equal when nothing that the engine may touch, nor any other link, address
 * or route, differs: this is the snapshot that undo is checked against.
 */
record HostState(
        List<LinkState> links,
        List<AddressState> addresses,
        List<RouteState> routes,
        List<Fan> fans,
        Set<ProgramState> programs,
        List<NatTable.Entry> nat,
        List<PortTable.Entry> ports,
        List<TunnelTable.Entry> tunnelOnly,
        Set<Integer> rootOnly,
        Map<String, DhcpServer> dhcp,
        Ipv6State ipv6,
        Ipv6Outside ipv6Outside,
        ForwardingState forwarding,
        List<ForwardTable.Entry> closed,
        List<Iptables.Forward> forwards,
        boolean filtersBridgedFrames,
        List<BlockPolicy> blocked,
        List<FanConnections> connections) {

    /** The IPIP device that each namespace gets with the kernel's module. */
    static final String IPIP_FALLBACK = "tunl0";

    private static final String LOOPBACK = "lo";

    private static final int MAX_READINGS = 50;

    /** Read anew when a device goes meanwhile, such as that of another fan that is taken down: one reading takes many calls. */
    static HostState of(Kernel kernel) {
        return whole(() -> read(kernel));
    }

    /** What the reading gives that no device left in the middle of. */
    static <T> T whole(Supplier<T> reading) {
        for (int i = 1; i < MAX_READINGS; i++) {
            try {
                return reading.get();
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENODEV) {
                    throw e;
                }
            }
        }
        return reading.get();
    }

    private static HostState read(Kernel kernel) {
        List<LinkState> links = withoutFallback(kernel.links());
        Set<ProgramState> programs = new HashSet<>();
        Map<String, DhcpServer> dhcp = new HashMap<>();
        for (LinkState link : links) {
            if (link.isOurs()) {
                programs.addAll(kernel.programs(link.name()));
            }
        }
        programs.addAll(kernel.strayPrograms());
        List<AddressState> addresses = kernel.addresses();
        List<String> withIpv6 = new ArrayList<>();
        List<Fan> fans = fans(links, addresses);
        for (Fan fan : fans) {
            if (fan.ipv6().isPresent()) {
                withIpv6.add(fan.bridge());
            }
            // By the bridge's name, for somebody may have deleted the bridge from under the server.
            kernel.dhcp(fan.bridge()).ifPresent(server -> dhcp.put(fan.bridge(), server));
        }
        List<RouteState> routes = kernel.routes();
        List<NatTable.Entry> nat = kernel.nat();
        // Also where somebody has deleted a fan's devices, which leaves its tables; hosts of IPv4 alone are not asked.
        boolean asked = !withIpv6.isEmpty() || fans.isEmpty() && !nat.isEmpty();
        Ipv6Outside outside = asked ? kernel.ipv6Outside(withIpv6) : Ipv6Outside.NONE;
        return new HostState(
                links,
                addresses,
                routes,
                fans,
                programs,
                nat,
                kernel.ports(),
                kernel.tunnelOnly(),
                kernel.rootOnly(),
                dhcp,
                withIpv6.isEmpty() ? Ipv6State.NONE : kernel.ipv6(withIpv6),
                outside,
                kernel.forwarding(switches(links, addresses, routes)),
                kernel.forwardTable(),
                kernel.forwards(),
                kernel.filtersBridgedFrames(),
                kernel.blocked(),
                kernel.connections());
    }

    /** The device that comes with the kernel's module and cannot be deleted, until somebody uses it, is not of the host's making. */
    private static List<LinkState> withoutFallback(List<LinkState> links) {
        List<LinkState> others = new ArrayList<>(links);
        others.removeIf(link -> link.name().equals(IPIP_FALLBACK)
                && !link.up()
                && link.alias().isEmpty()
                && link.ipip().isPresent());
        return others;
    }

    /** What anybody can see: links, addresses and routes; of the rest it knows nothing. */
    static HostState visible(Kernel kernel) {
        List<LinkState> links = kernel.links();
        List<AddressState> addresses = kernel.addresses();
        return new HostState(
                links,
                addresses,
                kernel.routes(),
                fans(links, addresses),
                Set.of(),
                List.of(),
                List.of(),
                List.of(),
                Set.of(),
                Map.of(),
                Ipv6State.NONE,
                Ipv6Outside.NONE,
                ForwardingState.UNKNOWN,
                List.of(),
                List.of(),
                false,
                List.of(),
                List.of());
    }

    /** The devices whose switch for forwarding matters: the {@link #outer} ones and our own. */
    private static List<String> switches(List<LinkState> links, List<AddressState> addresses, List<RouteState> routes) {
        Set<String> devices = outer(links, addresses, routes);
        for (LinkState link : links) {
            if (link.isOurs()) {
                devices.add(link.name());
            }
        }
        return List.copyOf(devices);
    }

    /**
     * The devices of the host by which packets for containers may come in: whatever has an IPv4 address or a route, and is not ours.
     * Without those whose name no rule of nftables can hold.
     */
    Set<String> outer() {
        return outer(links, addresses, routes);
    }

    private static Set<String> outer(List<LinkState> links, List<AddressState> addresses, List<RouteState> routes) {
        Set<String> names = new TreeSet<>();
        for (AddressState address : addresses) {
            names.add(address.link());
        }
        for (RouteState route : routes) {
            route.link().ifPresent(names::add);
        }
        Set<String> outer = new TreeSet<>();
        for (LinkState link : links) {
            if (names.contains(link.name())
                    && !link.isOurs()
                    && !Kernel.isTemporary(link.name())
                    && !link.name().equals(LOOPBACK)
                    && ForwardTable.canName(link.name())
                    && LinkState.isName(link.name())) {
                outer.add(link.name());
            }
        }
        return outer;
    }

    /** Whether a device of ours is to be switched to forward: one that is yet to be made does so by itself where the host forwards everywhere. */
    boolean needsForwarding(String device) {
        return !forwarding.isSettled() || link(device).isPresent();
    }

    /** The programs of this specification on a device of ours, or an empty list. */
    List<Resource> programs(String device, ProgramSpec spec) {
        return has(device, device, spec) ? List.of(new ProgramsResource(device, spec)) : List.of();
    }

    private boolean has(String device, String keeper, ProgramSpec spec) {
        for (ProgramState state : programs) {
            // To write the programs for their names takes its time: only where there are any.
            if (state.device().equals(device)
                    && state.keeper().equals(keeper)
                    && state.names().equals(spec.names())) {
                return true;
            }
        }
        return false;
    }

    /** The devices of others with programs that a device of ours records. */
    List<String> devicesWithPrograms(String keeper) {
        List<String> devices = new ArrayList<>();
        for (ProgramState state : programs) {
            if (state.keeper().equals(keeper) && !state.device().equals(keeper)) {
                devices.add(state.device());
            }
        }
        Collections.sort(devices);
        return devices;
    }

    /** The programs that a device of ours records on devices of others; of another specification than this, or taken off, an unknown one. */
    List<Resource> programsElsewhere(String keeper, String thing, Optional<ProgramSpec> spec) {
        List<Resource> resources = new ArrayList<>();
        for (String device : devicesWithPrograms(keeper)) {
            boolean known = spec.isPresent() && has(device, keeper, spec.get());
            resources.add(new ProgramsResource(device, keeper, thing, known ? spec : Optional.empty()));
        }
        return resources;
    }

    /** The device that has all of the fan's underlay addresses on this host; empty where several have, or none. */
    Optional<String> card(Fan fan) {
        Set<String> devices = new TreeSet<>();
        Set<Ipv4Address> found = new TreeSet<>();
        for (AddressState address : addresses) {
            if (fan.underlayAddresses().contains(address.address())) {
                devices.add(address.link());
                found.add(address.address());
            }
        }
        return devices.size() == 1 && found.size() == fan.slices().size()
                ? Optional.of(devices.iterator().next())
                : Optional.empty();
    }

    Optional<LinkState> link(String name) {
        return find(links, name);
    }

    /** The devices that are ports of a bridge, other than our tunnel. */
    List<String> attachedTo(String bridge) {
        List<String> names = new ArrayList<>();
        for (LinkState link : links) {
            if (link.master().equals(Optional.of(bridge)) && !link.isOurs()) {
                names.add(link.name());
            }
        }
        return names;
    }

    /**
     * A bridge that a container engine made for a fan before the fan was up, as Docker does for its network when the machine
     * starts: of the fan's name, with the host address of one of its slices and no other, and without any label. Everything
     * else of that name is a stranger's.
     */
    Optional<LinkState> adoptable(Fan fan) {
        Optional<LinkState> bridge = link(fan.bridge());
        if (bridge.isEmpty()
                || !bridge.get().kind().equals("bridge")
                || !bridge.get().alias().isEmpty()
                || bridge.get().master().isPresent()) {
            return Optional.empty();
        }
        List<AddressState> carried = new ArrayList<>();
        for (AddressState address : addresses) {
            if (address.link().equals(fan.bridge())) {
                carried.add(address);
            }
        }
        for (FanSlice slice : fan.slices()) {
            AddressState only = new AddressState(fan.bridge(), slice.hostAddress(), fan.prefixLength());
            if (carried.equals(List.of(only))) {
                return bridge;
            }
        }
        return Optional.empty();
    }

    /** What strongSwan is told of a fan. */
    Optional<FanConnections> connections(Fan fan) {
        for (FanConnections one : connections) {
            if (one.name().equals(FanNames.bridge(fan.overlay()))) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /** The fan with an overlay and an underlay. */
    Optional<Fan> fan(FanMapping mapping) {
        for (Fan fan : fans) {
            if (fan.mapping().equals(mapping)) {
                return Optional.of(fan);
            }
        }
        return Optional.empty();
    }

    /**
     * The fans of a host. Each bridge or tunnel that carries our label tells of one; what is missing of it (the other device,
     * an address) shows in the plan. Slices follow from the addresses of the bridge by the reverse mapping.
     */
    static List<Fan> fans(List<LinkState> links, List<AddressState> addresses) {
        List<Fan> fans = new ArrayList<>();
        Set<FanMapping> seen = new HashSet<>();
        for (LinkState link : links) {
            Optional<Label> parsed = Label.parse(link.alias());
            if (parsed.isEmpty() || !seen.add(parsed.get().mapping())) {
                continue;
            }
            Label label = parsed.get();
            String bridge = other(
                    links, label, "bridge", FanNames.bridge(label.mapping().overlay()));
            boolean routed = label.transport().delivery() == Delivery.ROUTED;
            String tunnelName =
                    FanNames.tunnel(label.transport().type(), label.mapping().overlay());
            String tunnel =
                    label.transport().vxlan().isPresent() ? other(links, label, "vxlan", tunnelName) : tunnelName;
            int mtu = find(links, bridge)
                    // That of a tunnel that is a bridge port says nothing, see TunnelResource.WIDE.
                    .or(() -> find(links, tunnel).filter(found -> routed))
                    .map(LinkState::mtu)
                    .orElse(0);
            Optional<Label> told = find(links, bridge).flatMap(found -> Label.parse(found.alias()));
            boolean underlayOnly = find(links, tunnel)
                    .flatMap(found -> Label.parse(found.alias()))
                    .filter(found -> found.transport().underlayOnly())
                    .isPresent();
            fans.add(Fan.builder(label.mapping(), label.transport().withUnderlayOnly(underlayOnly), label.identity())
                    .bridge(bridge)
                    .tunnel(tunnel)
                    .mtu(mtu)
                    .slices(slices(label.mapping(), bridge, addresses))
                    .dhcp(told.map(Label::dhcp).orElse(List.of()))
                    .nat(told.map(Label::nat).orElse(true))
                    .accept(told.map(Label::accept).orElse(true))
                    .shares(told.map(Label::shares).orElse(Shares.DEFAULT))
                    .fast(told.map(Label::fast).orElse(true))
                    .ipv6(told.flatMap(Label::overlay6)
                            .map(overlay ->
                                    new Ipv6Mapping(overlay, label.mapping().underlay())))
                    .direct(told.map(Label::direct).orElse(Direct.OFF))
                    .names(told.map(Label::names).orElse(false))
                    .encryption(told.flatMap(Label::encryption))
                    .build());
        }
        fans.sort((a, b) -> a.overlay().compareTo(b.overlay()));
        return fans;
    }

    private static String other(List<LinkState> links, Label label, String kind, String usual) {
        for (LinkState link : links) {
            if (link.kind().equals(kind)
                    && Label.parse(link.alias())
                            .filter(m -> m.mapping().equals(label.mapping()))
                            .isPresent()) {
                return link.name();
            }
        }
        return usual;
    }

    private static Optional<LinkState> find(List<LinkState> links, String name) {
        for (LinkState link : links) {
            if (link.name().equals(name)) {
                return Optional.of(link);
            }
        }
        return Optional.empty();
    }

    private static List<FanSlice> slices(FanMapping mapping, String bridge, List<AddressState> addresses) {
        Set<Ipv4Address> present = new TreeSet<>();
        for (AddressState address : addresses) {
            if (address.link().equals(bridge) && mapping.overlay().contains(address.address())) {
                present.add(address.address());
            }
        }
        List<FanSlice> slices = new ArrayList<>();
        for (Ipv4Address address : present) {
            // Unchecked: somebody may have added an address that no host owns.
            Ipv4Address owner = Ipv4Address.of(mapping.ownerBits(address.bits()));
            if (address.bits() == mapping.sliceBits(owner.bits()) + 1) {
                slice(mapping, owner, present).ifPresent(slices::add);
            }
        }
        return slices;
    }

    /** The host reserve is as long as the unbroken run of addresses from the host address on. */
    private static Optional<FanSlice> slice(FanMapping mapping, Ipv4Address owner, Set<Ipv4Address> present) {
        try {
            FanSlice slice = mapping.slice(owner);
            int reserve = 1;
            while (present.contains(slice.hostAddress().plus(reserve))
                    && slice.cidr().contains(slice.hostAddress().plus(reserve + 2))) {
                reserve++;
            }
            return Optional.of(mapping.slice(owner, reserve));
        } catch (IllegalArgumentException notAHost) {
            return Optional.empty();
        }
    }

    /** What is here and was not in {@code before}, or the other way round; one line each. */
    List<String> differencesFrom(HostState before) {
        List<String> lines = new ArrayList<>();
        compare(lines, "link", before.links, links);
        compare(lines, "address", before.addresses, addresses);
        compare(lines, "route", before.routes, routes);
        compare(lines, "programs", before.programs, programs);
        compare(lines, "address", before.ipv6.addresses(), ipv6.addresses());
        compare(lines, "neighbour", before.ipv6.neighbours(), ipv6.neighbours());
        compare(lines, "forwarding entry", before.ipv6.entries(), ipv6.entries());
        compare(lines, "route", before.ipv6.routes(), ipv6.routes());
        compare(lines, "NAT", before.nat, nat);
        compare(lines, "NAT", before.ipv6Outside.nat(), ipv6Outside.nat());
        compare(lines, "forwarding of IPv6 by", before.ipv6Outside.bridges(), ipv6Outside.bridges());
        compare(lines, "forwarding of IPv6 by", before.ipv6Outside.devices(), ipv6Outside.devices());
        compare(lines, "IPv6 not forwarded:", before.ipv6Outside.closed(), ipv6Outside.closed());
        compare(lines, "closed port", before.ports, ports);
        compare(lines, "kept out of tunnels", before.tunnelOnly, tunnelOnly);
        compare(lines, "only root sends to UDP port", before.rootOnly, rootOnly);
        compare(lines, "iptables", passes(before), passes(this));
        compare(lines, "DHCP server", before.dhcp.values(), dhcp.values());
        compare(lines, "blocked clear text", before.blocked, blocked);
        compare(lines, "strongSwan's", before.connections, connections);
        compare(
                lines,
                "net.ipv4.ip_forward",
                List.of(before.forwarding.everywhere()),
                List.of(forwarding.everywhere()));
        compare(lines, "forwarding by", before.forwarding.on(), forwarding.on());
        compare(lines, "not forwarded:", before.closed, closed);
        return lines;
    }

    private static List<Iptables.AcceptRule> passes(HostState host) {
        List<Iptables.AcceptRule> passes = new ArrayList<>();
        for (Iptables.Forward forward : host.forwards) {
            passes.addAll(forward.ours());
        }
        return passes;
    }

    private static <T> void compare(List<String> lines, String what, Collection<T> before, Collection<T> after) {
        for (T thing : after) {
            if (!before.contains(thing)) {
                lines.add("+ " + what + " " + thing);
            }
        }
        for (T thing : before) {
            if (!after.contains(thing)) {
                lines.add("- " + what + " " + thing);
            }
        }
    }
}
