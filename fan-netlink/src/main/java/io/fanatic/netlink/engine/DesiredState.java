package io.fanatic.netlink.engine;

import io.fanatic.core.Delivery;
import io.fanatic.core.Direct;
import io.fanatic.core.FanException;
import io.fanatic.core.FanSlice;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.PortTable;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Ipv6Switches;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.resource.AcceptResource;
import io.fanatic.netlink.resource.AddressResource;
import io.fanatic.netlink.resource.BlockResource;
import io.fanatic.netlink.resource.BridgeResource;
import io.fanatic.netlink.resource.DeviceForwardingResource;
import io.fanatic.netlink.resource.DhcpResource;
import io.fanatic.netlink.resource.Ipv6OutsideResource;
import io.fanatic.netlink.resource.Ipv6Resource;
import io.fanatic.netlink.resource.LocalSendersResource;
import io.fanatic.netlink.resource.NatResource;
import io.fanatic.netlink.resource.PortResource;
import io.fanatic.netlink.resource.PortTableResource;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.RememberingResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.RouteResource;
import io.fanatic.netlink.resource.StrongSwanResource;
import io.fanatic.netlink.resource.TunnelTableResource;
import io.fanatic.netlink.resource.UpResource;
import io.fanatic.netlink.route.BlockPolicy;
import io.fanatic.netlink.strongswan.FanConnections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The resources of fans, in the order in which they are made: nothing passes a tunnel before its guard is attached, and the
 * bridge is complete before it comes up. Twice: as they {@linkplain #desired should be} and as they {@linkplain #observed
 * are}.
 */
final class DesiredState {
    private static final Ipv4Prefix ANYBODY = Ipv4Prefix.parse("0.0.0.0/0");

    private final Kernel kernel;
    private final HostState host;
    private final Paths paths;
    private final FanForwarding forwarding;

    /**
     * @param kernel is asked for what does not change while we work, and for name servers where there is DHCP
     * @param host as the kernel shows it
     */
    DesiredState(Kernel kernel, HostState host) {
        this.kernel = kernel;
        this.host = host;
        paths = new Paths(kernel, host);
        forwarding = new FanForwarding(host);
    }

    HostState host() {
        return host;
    }

    Paths paths() {
        return paths;
    }

    FanForwarding forwarding() {
        return forwarding;
    }

    /** The tunnels of one transport on this host. */
    Tunnels tunnels(TunnelType type) {
        return Tunnels.of(type, kernel, host, paths);
    }

    /**
     * All resources of one fan as it should be, without those that all fans share.
     *
     * @param vniFilter whether its tunnel shares its port with others
     */
    List<Resource> desired(Fan fan, boolean vniFilter) {
        boolean bridged = fan.delivery() == Delivery.BRIDGED;
        List<Resource> resources = new ArrayList<>(tunnels(fan.type()).desired(fan, vniFilter));
        resources.add(new BridgeResource(
                fan.bridge(),
                MacAddress.ofBridge(fan.overlay(), fan.macSeed()),
                fan.mtu(),
                false,
                fan.ipv6().isPresent() ? Ipv6Switches.ROUTER : Ipv6Switches.OFF,
                BridgeResource.OWN_SENDER,
                fan.label().toString()));
        resources.add(new ProgramsResource(fan.bridge(), paths.gate(fan)));
        if (bridged) {
            resources.add(new PortResource(fan.tunnel(), fan.bridge()));
        }
        for (FanSlice slice : fan.slices()) {
            for (int i = 0; i < slice.hostReserve(); i++) {
                resources.add(new AddressResource(
                        new AddressState(fan.bridge(), slice.hostAddress().plus(i), fan.prefixLength())));
            }
        }
        if (host.needsForwarding(fan.bridge())) {
            resources.add(new DeviceForwardingResource(fan.bridge()));
        }
        if (bridged) {
            resources.add(new UpResource(fan.tunnel()));
        }
        resources.add(new UpResource(fan.bridge()));
        if (!bridged && !fan.slices().isEmpty()) {
            resources.add(new RouteResource(
                    fan.overlay(), fan.tunnel(), Optional.of(fan.slices().get(0).hostAddress()), fan.mtu()));
        }
        resources.addAll(Ipv6Overlay.desired(fan));
        resources.addAll(paths.cardGuard(fan));
        if (fan.direct() != Direct.OFF) {
            resources.add(new RememberingResource(fan.bridge()));
        }
        resources.addAll(paths.directGuard(fan));
        if (!fan.dhcp().isEmpty()) {
            resources.add(new DhcpResource(
                    DhcpServer.of(fan.bridge(), fan.mtu(), fan.delivery(), leasing(fan), fan.shares(), nameServers(fan))
                            .reserving(kernel.reservations())
                            .advertising(Ipv6Overlay.slices(fan, fan.dhcp()))));
        }
        return resources;
    }

    /**
     * What DHCP tells clients to ask. Where names are served, nobody beside that server: a client that asks two at once takes the first
     * answer, and others deny the fan's names.
     */
    List<Ipv4Address> nameServers(Fan fan) {
        if (!fan.names()) {
            return kernel.nameServersForContainers();
        }
        List<Ipv4Address> servers = new ArrayList<>();
        for (FanSlice slice : leasing(fan)) {
            servers.add(slice.hostAddress());
        }
        return servers;
    }

    private static List<FanSlice> leasing(Fan fan) {
        List<FanSlice> slices = new ArrayList<>();
        for (FanSlice slice : fan.slices()) {
            if (fan.leases(slice.underlayAddress())) {
                slices.add(slice);
            }
        }
        return slices;
    }

    /** What is there of one fan, in the same order; a resource that is not as it can be (a stranger's device) is not listed. */
    List<Resource> observed(Fan fan) {
        List<Resource> resources = new ArrayList<>(tunnels(fan.type()).observed(fan));
        Optional<LinkState> tunnel =
                host.link(fan.tunnel()).filter(link -> link.isOurs() && fan.delivery() == Delivery.BRIDGED);
        Optional<LinkState> bridge = host.link(fan.bridge()).filter(LinkState::isOurs);
        bridge.ifPresent(link -> {
            resources.add(bridge(link, ipv6(fan, link)));
            if (!fan.slices().isEmpty()) {
                resources.addAll(host.programs(link.name(), paths.gate(fan)));
            }
        });
        tunnel.flatMap(LinkState::master).ifPresent(master -> resources.add(new PortResource(fan.tunnel(), master)));
        for (AddressState address : host.addresses()) {
            if (bridge.isPresent()
                    && address.link().equals(fan.bridge())
                    && fan.overlay().contains(address.address())) {
                resources.add(new AddressResource(address));
            }
        }
        bridge.filter(link -> host.forwarding().on().contains(link.name()))
                .ifPresent(link -> resources.add(new DeviceForwardingResource(link.name())));
        tunnel.filter(LinkState::up).ifPresent(link -> resources.add(new UpResource(link.name())));
        bridge.filter(LinkState::up).ifPresent(link -> resources.add(new UpResource(link.name())));
        if (fan.delivery() == Delivery.ROUTED
                && host.link(fan.tunnel()).filter(LinkState::isOurs).isPresent()) {
            for (RouteState route : host.routes()) {
                if (route.link().equals(Optional.of(fan.tunnel()))
                        && route.table() == RouteState.MAIN
                        && route.destination().equals(fan.overlay())) {
                    resources.add(new RouteResource(route.destination(), fan.tunnel(), route.source(), route.mtu()));
                }
            }
        }
        if (bridge.isPresent()) {
            resources.addAll(Ipv6Overlay.observed(fan, host));
        }
        if (fan.delivery() == Delivery.BRIDGED) {
            resources.addAll(paths.observedCardGuard(fan));
            bridge.filter(LinkState::remembers).ifPresent(link -> resources.add(new RememberingResource(link.name())));
            resources.addAll(paths.observedDirectGuard(fan));
        }
        DhcpServer server = host.dhcp().get(fan.bridge());
        if (server != null) {
            resources.add(new DhcpResource(server));
        }
        return resources;
    }

    /** Asked for only where something is to be done, as it takes time. */
    private Ipv6Switches ipv6(Fan fan, LinkState link) {
        if (fan.ipv6().isPresent() != link.ipv6()) {
            return kernel.ipv6Switches(link.name());
        }
        return link.ipv6() ? Ipv6Switches.ROUTER : Ipv6Switches.OFF;
    }

    private static BridgeResource bridge(LinkState link, Ipv6Switches ipv6) {
        return new BridgeResource(
                link.name(), link.mac(), link.mtu(), link.spanningTree(), ipv6, link.arpAnnounce(), link.alias());
    }

    /** What is there of a fan in a bridge that is to become its own, see {@link HostState#adoptable}; mostly nothing. */
    List<Resource> adopted(Fan fan) {
        List<Resource> resources = new ArrayList<>();
        host.adoptable(fan).ifPresent(link -> {
            resources.add(bridge(link, kernel.ipv6Switches(link.name())));
            for (AddressState address : host.addresses()) {
                if (address.link().equals(link.name())) {
                    resources.add(new AddressResource(address));
                }
            }
            // Without an IPv6 overlay they end when IPv6 is switched off there, and what is undone brings them back.
            // With one, the link-local one is there already, and stays when it fails. Those of the overlay are added
            // once more: on a bridge without a carrier they are no source until somebody says that they are free.
            for (Ipv6State.Address address : kernel.ipv6(List.of(link.name())).addresses()) {
                Resource resource = new Ipv6Resource(address);
                if (fan.ipv6().isEmpty() || resource.equals(Ipv6Overlay.linkLocal(fan))) {
                    resources.add(resource);
                }
            }
            if (host.forwarding().on().contains(link.name())) {
                resources.add(new DeviceForwardingResource(link.name()));
            }
            if (link.up()) {
                resources.add(new UpResource(link.name()));
            }
        });
        return resources;
    }

    /**
     * The resources that all fans of a host share.
     *
     * @param fans ordered by overlay, as HostState lists them: the same fans shall give the same table
     */
    List<Resource> desiredShared(List<Fan> fans) {
        List<Resource> resources = new ArrayList<>();
        List<NatTable.Entry> nat = new ArrayList<>();
        for (Fan fan : fans) {
            for (FanSlice slice : fan.nat() ? fan.slices() : List.<FanSlice>of()) {
                nat.add(new NatTable.Entry(slice.cidr(), fan.overlay()));
            }
        }
        forwarding.desired(fans, resources);
        if (!nat.isEmpty()) {
            resources.add(new NatResource(nat));
        }
        List<TunnelTable.Entry> tunnels = fromOutside(fans, IpFamily.IPV4);
        tunnels.addAll(ownTunnels(fans));
        for (Fan fan : fans) {
            TunnelTable.Entry halfSeen = new TunnelTable.Entry.HalfSeen(fan.bridge());
            // It stays when the rule goes, as it does no harm without.
            if (fan.direct() != Direct.OFF
                    && (host.tunnelOnly().contains(halfSeen)
                            || paths.bridgedRules(fan).droppingInvalid().isPresent())) {
                tunnels.add(halfSeen);
            }
        }
        tunnels.addAll(fromOutside(fans, IpFamily.IPV6));
        tunnels.addAll(ofHosts(fans));
        if (!tunnels.isEmpty()) {
            resources.add(new TunnelTableResource(tunnels));
        }
        for (int port : tunnelPorts(fans)) {
            resources.add(new LocalSendersResource(port));
        }
        List<PortTable.Entry> ports = closedPorts(fans);
        if (!ports.isEmpty()) {
            resources.add(new PortTableResource(ports));
        }
        resources.addAll(blocked(fans));
        for (Iptables.Forward forward : host.forwards()) {
            for (Fan fan : fans) {
                forwarding.passes(fan, forward, resources);
            }
        }
        for (TunnelType type : TunnelType.values()) {
            resources.addAll(tunnels(type).desiredShared(fans));
        }
        return resources;
    }

    /** What comes from outside the fans with a source in one. The guard of {@code --direct} looks at IPv4 only. */
    private List<TunnelTable.Entry> fromOutside(List<Fan> fans, IpFamily family) {
        List<TunnelTable.Entry> entries = new ArrayList<>();
        for (Fan fan : fans) {
            if (family == IpFamily.IPV6) {
                entries.add(new TunnelTable.Entry.Mapped(fan.overlay()));
                fan.ipv6()
                        .ifPresent(
                                mapping -> entries.add(new TunnelTable.Entry.Outside(mapping.overlay(), fan.bridge())));
            } else {
                if (fan.direct() != Direct.OFF) {
                    host.card(fan).ifPresent(card -> entries.add(new TunnelTable.Entry.Direct(fan.overlay(), card)));
                }
                entries.add(new TunnelTable.Entry.Outside(fan.overlay(), fan.bridge()));
            }
        }
        return entries;
    }

    /** Frames with the Ethernet address of a host's bridge, which only tunnels bring. Tunnels that route bring no frames. */
    private static List<TunnelTable.Entry> ofHosts(List<Fan> fans) {
        List<String> tunnels = new ArrayList<>();
        for (Fan fan : fans) {
            if (fan.delivery() == Delivery.BRIDGED) {
                tunnels.add(fan.tunnel());
            }
        }
        List<TunnelTable.Entry> entries = new ArrayList<>();
        for (Fan fan : fans) {
            if (fan.delivery() == Delivery.BRIDGED) {
                TunnelTable.Entry entry = TunnelTable.Entry.OfHosts.of(
                        tunnels, fan.overlay(), fan.mapping().underlay());
                if (!entries.contains(entry)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    /** What only tunnels may send: from each underlay address of the fans, to each of their ports. */
    private static List<TunnelTable.Entry> ownTunnels(List<Fan> fans) {
        List<TunnelTable.Entry> entries = new ArrayList<>();
        for (Fan fan : fans) {
            for (Ipv4Address address : fan.underlayAddresses()) {
                TunnelTable.Entry entry =
                        new TunnelTable.Entry.Tunnel(address, fan.transport().udpPort());
                if (!entries.contains(entry)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    private static Set<Integer> tunnelPorts(List<Fan> fans) {
        Set<Integer> ports = new TreeSet<>();
        for (Fan fan : fans) {
            fan.transport().udpPort().ifPresent(ports::add);
        }
        return ports;
    }

    /** Fans that share a port share what may come in by it: one of them that wants it closed closes it to the underlays of all. */
    private static List<PortTable.Entry> closedPorts(List<Fan> fans) {
        Set<Integer> closed = new TreeSet<>();
        for (Fan fan : fans) {
            if (fan.transport().underlayOnly() && fan.transport().udpPort().isPresent()) {
                closed.add(fan.transport().udpPort().getAsInt());
            }
        }
        List<PortTable.Entry> entries = new ArrayList<>();
        for (int port : closed) {
            Set<Ipv4Prefix> underlays = new TreeSet<>();
            for (Fan fan : fans) {
                if (fan.transport().udpPort().equals(OptionalInt.of(port))) {
                    underlays.add(fan.mapping().underlay());
                }
            }
            entries.add(new PortTable.Entry(port, List.copyOf(underlays)));
        }
        return entries;
    }

    /** What keeps clear text from travelling, whether it is encrypted or not. */
    private static List<Resource> blocked(List<Fan> fans) {
        List<Resource> resources = new ArrayList<>();
        for (Fan fan : fans) {
            if (fan.encryption().isPresent()) {
                int port = fan.transport().udpPort().orElse(0);
                resources.add(
                        new BlockResource(new BlockPolicy(false, fan.mapping().underlay(), port)));
                resources.add(new BlockResource(new BlockPolicy(true, ANYBODY, port)));
            }
        }
        return resources;
    }

    /**
     * What encrypts, after all that a fan is made of: see {@link StrongSwanResource#goesFirst}. What strongSwan has of a fan stays as it is
     * where that cannot be told anew, lest another fan's change fails by it; of the fan that is changed, that has been asked before.
     */
    List<Resource> encryption(List<Fan> fans) {
        List<Resource> resources = new ArrayList<>();
        for (Fan fan : fans) {
            if (fan.encryption().isPresent() && !fan.slices().isEmpty()) {
                Optional<FanConnections> now = host.connections(fan);
                boolean stays = now.isPresent()
                        && kernel.withoutStrongSwan(fan.encryption().get().method())
                                .isPresent();
                (stays ? now : connections(fan).or(() -> now))
                        .ifPresent(wanted -> resources.add(new StrongSwanResource(wanted)));
            }
        }
        return resources;
    }

    /** Empty where the key or the certificate cannot be read. */
    private Optional<FanConnections> connections(Fan fan) {
        try {
            return Optional.of(FanConnections.of(
                    fan.mapping(),
                    fan.transport(),
                    fan.encryption().orElseThrow().udp(),
                    fan.underlayAddresses(),
                    kernel.credentials(fan.encryption().orElseThrow(), fan.underlayAddresses())));
        } catch (FanException unreadable) {
            return Optional.empty();
        }
    }

    List<Resource> observedShared() {
        List<Resource> resources = new ArrayList<>();
        forwarding.observed(resources);
        if (!host.nat().isEmpty()) {
            resources.add(new NatResource(host.nat()));
        }
        if (!host.ipv6Outside().equals(Ipv6Outside.NONE)) {
            resources.add(new Ipv6OutsideResource(host.ipv6Outside()));
        }
        if (!host.ports().isEmpty()) {
            resources.add(new PortTableResource(host.ports()));
        }
        if (!host.tunnelOnly().isEmpty()) {
            resources.add(new TunnelTableResource(host.tunnelOnly()));
        }
        for (int port : host.rootOnly()) {
            resources.add(new LocalSendersResource(port));
        }
        for (BlockPolicy policy : host.blocked()) {
            resources.add(new BlockResource(policy));
        }
        for (FanConnections connections : host.connections()) {
            resources.add(new StrongSwanResource(connections));
        }
        for (Iptables.Forward forward : host.forwards()) {
            for (Iptables.AcceptRule pass : forward.ours()) {
                resources.add(new AcceptResource(pass));
            }
        }
        for (TunnelType type : TunnelType.values()) {
            resources.addAll(tunnels(type).observedShared());
        }
        resources.addAll(strays());
        return resources;
    }

    /** Programs of ours on devices of others whose record somebody has deleted with the tunnel; they pass everything on. */
    private List<Resource> strays() {
        List<Resource> resources = new ArrayList<>();
        for (String device : host.devicesWithPrograms("")) {
            resources.add(new ProgramsResource(device, "", ProgramsResource.FAST_PATH, Optional.empty()));
        }
        return resources;
    }
}
