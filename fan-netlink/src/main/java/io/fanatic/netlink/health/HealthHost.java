package io.fanatic.netlink.health;

import io.fanatic.core.Counter;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanOptions;
import io.fanatic.core.FanSlice;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Transport;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.dnsmasq.Dnsmasq;
import io.fanatic.netlink.engine.Engine;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.firewall.FirewallException;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.Nftables;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.ForwardingState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.LinuxKernel;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.BridgePort;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.NeighbourTable;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.route.Rule;
import io.fanatic.netlink.route.Rules;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The host that checks look at: one reading for all of them, in the network namespace of the thread that made it. Use it on
 * that thread.
 */
public final class HealthHost implements AutoCloseable {
    private final LinuxKernel kernel;
    private final NetlinkSocket socket = NetlinkSocket.open();
    private final Dnsmasq dnsmasq;
    private final FanConfig config;
    private final boolean knowsConfig;
    private final boolean privileged;
    private final List<LinkState> links;
    private final List<Link> devices;
    private final List<AddressState> addresses;
    private final List<RouteState> routes;
    private final List<Fan> fans;
    private final List<ExpectedFan> expected = new ArrayList<>();
    private final Map<Fan, Map<Counter, Long>> counters = new HashMap<>();
    private final Map<String, Long> ipsecDrops;
    private final List<NeighbourTable> neighbourTables;
    private final Optional<Firewall> firewall;
    private final String firewallTrouble;
    private @Nullable Containers containers;

    /** @param read the configuration; empty when it could not be read */
    HealthHost(Path run, Path state, Path file, Optional<FanConfig> read, Predicate<FanEntry> meant) {
        dnsmasq = new Dnsmasq(run, state);
        config = read.orElseGet(() -> FanConfig.parse(file.toString(), ""));
        knowsConfig = read.isPresent();
        privileged = mayLookEverywhere();
        kernel = new LinuxKernel(run, state);
        links = kernel.links();
        devices = new Links(socket).list();
        addresses = kernel.addresses();
        routes = kernel.routes();
        fans = new Engine(kernel).list();
        for (Fan fan : fans) {
            counters.put(fan, counters(fan));
        }
        ipsecDrops = kernel.ipsecDrops();
        neighbourTables = neighbourTables();
        addWanted(meant);
        Optional<Firewall> rules = Optional.empty();
        String trouble = "it needs root";
        if (privileged) {
            try (Nftables nftables = Nftables.open()) {
                rules = Optional.of(Firewall.parse(nftables.runJson("list ruleset")));
            } catch (FirewallException | IllegalArgumentException e) {
                trouble = String.valueOf(e.getMessage());
            }
        }
        firewall = rules;
        firewallTrouble = trouble;
    }

    private static boolean mayLookEverywhere() {
        try {
            FanNetwork.requirePrivileges();
            return true;
        } catch (FanException notRoot) {
            return false;
        }
    }

    private void addWanted(Predicate<FanEntry> meant) {
        Set<FanSlice> covered = new HashSet<>();
        for (FanConfig.Line line : config.lines()) {
            FanEntry entry = line.entry();
            if (entry.options().off() || !meant.test(entry)) {
                continue;
            }
            Optional<Fan> fan = fans.stream()
                    .filter(each -> each.overlay().equals(entry.overlay()))
                    .findFirst();
            Optional<FanSlice> slice = fan.flatMap(up -> sliceOf(up, entry));
            slice.ifPresent(covered::add);
            expected.add(new ExpectedFan(entry, fan, slice, Optional.of(config.file() + ":" + line.number())));
        }
        for (Fan fan : fans) {
            List<FanSlice> slices = fan.slices();
            if (slices.isEmpty()
                    && expected.stream().noneMatch(each -> each.fan().equals(Optional.of(fan)))) {
                slices = List.of(fan.mapping().slice(fan.macSeed()));
            }
            for (FanSlice slice : slices) {
                FanEntry entry = entryOf(fan, slice);
                if (!covered.contains(slice) && meant.test(entry)) {
                    expected.add(new ExpectedFan(entry, Optional.of(fan), Optional.of(slice), Optional.empty()));
                }
            }
        }
    }

    /** Which slice of a fan that is up a line of the configuration means. */
    private Optional<FanSlice> sliceOf(Fan fan, FanEntry entry) {
        Optional<Ipv4Address> address = entry.underlay() instanceof UnderlaySpec.Address given
                ? Optional.of(given.address())
                : resolve(entry.underlay());
        if (address.isEmpty() && fan.slices().size() == 1) {
            return Optional.of(fan.slices().get(0));
        }
        if (fan.slices().isEmpty()) {
            return Optional.of(fan.mapping().slice(fan.macSeed()));
        }
        return fan.slices().stream()
                .filter(slice -> address.equals(Optional.of(slice.underlayAddress())))
                .findFirst();
    }

    private Optional<Ipv4Address> resolve(UnderlaySpec spec) {
        if (!privileged) {
            return Optional.empty();
        }
        try {
            return new Engine(kernel).resolve(spec) instanceof UnderlaySpec.Address found
                    ? Optional.of(found.address())
                    : Optional.empty();
        } catch (FanException | ErrnoException unknown) {
            return Optional.empty();
        }
    }

    /** See {@link Engine#onAnyHost}. */
    FanEntry onAnyHost(FanEntry entry) {
        return new Engine(kernel).onAnyHost(entry);
    }

    /** The entry that brings a slice up as it is, also where its devices are only half there. */
    private FanEntry entryOf(Fan fan, FanSlice slice) {
        FanEntry entry = fan.entryOfAnyMtu(slice);
        if (!privileged) {
            return entry;
        }
        try {
            int most = new Engine(kernel).preview(entry).mtu();
            boolean chosen = fan.mtu() >= FanOptions.MIN_MTU && fan.mtu() < most;
            return chosen ? fan.entry(slice) : entry;
        } catch (FanException | ErrnoException unknown) {
            return entry;
        }
    }

    /** The engine on this host; what it plans needs privileges. */
    Engine engine() {
        return new Engine(kernel);
    }

    /** {@return whether fans, programs and the firewall can be looked at} */
    public boolean privileged() {
        return privileged;
    }

    FanConfig config() {
        return config;
    }

    /** Whether the configuration could be read; one that is missing is empty. */
    boolean knowsConfig() {
        return knowsConfig;
    }

    Path leaseFile(Fan fan) {
        return dnsmasq.leaseFile(fan.bridge());
    }

    /** Whose doing it is that the host forwards. */
    ForwardingState forwarding() {
        return kernel.forwarding(List.of());
    }

    /** The IPv6 addresses of a fan's bridge. */
    List<Ipv6Address> ipv6Addresses(Fan fan) {
        return kernel.ipv6(List.of(fan.bridge())).addresses().stream()
                .map(Ipv6State.Address::address)
                .toList();
    }

    /** The IPv6 routes of the main table. */
    List<Ipv6State.Route> ipv6Routes() {
        return kernel.ipv6Routes();
    }

    /** What the host has of IPv6 beside the fans. */
    Ipv6Outside.Host ipv6() {
        return kernel.ipv6Host();
    }

    /** What iptables does with forwarded packets. */
    List<Iptables.Forward> forwards() {
        return kernel.forwards();
    }

    List<LinkState> links() {
        return links;
    }

    Optional<LinkState> link(String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }

    /** The same devices with what the engine does not care for. */
    Optional<Link> device(String name) {
        return devices.stream().filter(link -> link.name().equals(name)).findFirst();
    }

    List<AddressState> addresses() {
        return addresses;
    }

    List<RouteState> routes() {
        return routes;
    }

    /** {@return the fans that are up, ordered by overlay} */
    public List<Fan> fans() {
        return fans;
    }

    /** What should be up, and what is. */
    List<ExpectedFan> wanted() {
        return expected;
    }

    /** The names of the devices of all fans that are up or should be. */
    List<String> deviceNames() {
        Set<String> names = new HashSet<>();
        for (ExpectedFan each : expected) {
            names.add(bridgeOf(each));
            names.add(tunnelOf(each));
        }
        return names.stream().sorted().toList();
    }

    static String bridgeOf(ExpectedFan expected) {
        return expected.fan()
                .map(Fan::bridge)
                .or(expected.entry().options()::bridge)
                .orElse(FanNames.bridge(expected.entry().overlay()));
    }

    static String tunnelOf(ExpectedFan expected) {
        return expected.fan()
                .map(Fan::tunnel)
                .orElse(FanNames.tunnel(
                        transportOf(expected).type(), expected.entry().overlay()));
    }

    static Transport transportOf(ExpectedFan expected) {
        FanEntry entry = expected.entry();
        return expected.fan().map(Fan::transport).orElse(entry.options().transport(entry.overlay(), Optional.empty()));
    }

    /**
     * {@return the device that has a local address, other than a fan's; empty when there is none}
     *
     * @param address an underlay address
     */
    public Optional<LinkState> holder(Ipv4Address address) {
        for (AddressState each : addresses) {
            Optional<LinkState> link = link(each.link()).filter(found -> !found.isOurs());
            if (each.address().equals(address) && link.isPresent()) {
                return link;
            }
        }
        return Optional.empty();
    }

    /** The device that the kernel would send by; empty when there is no way. */
    Optional<String> wayTo(Ipv4Address address) {
        return way(address, Optional.empty()).flatMap(this::deviceOf);
    }

    /** The way that the kernel would take, for a packet that has this source address already; empty when there is none. */
    Optional<Route> way(Ipv4Address to, Optional<Ipv4Address> from) {
        try {
            return new Routes(socket).lookup(to, from);
        } catch (ErrnoException refused) {
            return Optional.empty();
        }
    }

    Optional<String> deviceOf(Route route) {
        return deviceOf(route.outInterface());
    }

    /** The name of a device by its index. */
    Optional<String> deviceOf(int index) {
        return devices.stream()
                .filter(link -> link.index() == index)
                .map(Link::name)
                .findFirst();
    }

    /** The ports of bridges and what containers have at the other ends, as when they were first asked for. */
    Containers containers() {
        Containers known = containers;
        if (known == null) {
            known = Containers.here(socket);
            containers = known;
        }
        return known;
    }

    /**
     * {@return the addresses that containers of this host have at their ends of a fan's cables, each with the name of the bridge's port;
     * of containers that can be looked into}
     *
     * @param fan which one
     */
    public Map<Ipv4Address, String> containerAddresses(Fan fan) {
        Map<Ipv4Address, String> found = new HashMap<>();
        if (privileged) {
            Optional<BridgePort> bridge = containers().port(fan.bridge());
            for (BridgePort port : containers().ports()) {
                if (bridge.isPresent() && port.master() == bridge.get().index()) {
                    containers()
                            .inside(port)
                            .ifPresent(inside ->
                                    inside.addresses().forEach(address -> found.put(address.ipv4(), port.name())));
                }
            }
        }
        return found;
    }

    /** The policy rules, in the order in which the kernel tries them. */
    List<Rule> rules() {
        return new Rules(socket).list();
    }

    /** The nftables rules; empty when they cannot be read, see {@link #firewallTrouble}. */
    Optional<Firewall> firewall() {
        return firewall;
    }

    String firewallTrouble() {
        return firewallTrouble;
    }

    /** What the programs had counted when the examination began. */
    Map<Counter, Long> countersBefore(Fan fan) {
        return counters.getOrDefault(fan, Map.of());
    }

    /** Packets that IPsec has dropped since the first look, by the kernel's name for the reason. */
    Map<String, Long> ipsecDropsNow() {
        Map<String, Long> grown = new TreeMap<>();
        kernel.ipsecDrops().forEach((reason, count) -> {
            if (count > ipsecDrops.getOrDefault(reason, 0L)) {
                grown.put(reason, count - ipsecDrops.getOrDefault(reason, 0L));
            }
        });
        return grown;
    }

    /** The kernel's tables of neighbours, as they are now. */
    List<NeighbourTable> neighbourTables() {
        return NeighbourTable.list(socket);
    }

    /** The same when the examination began. */
    List<NeighbourTable> neighbourTablesBefore() {
        return neighbourTables;
    }

    /** Neighbours of this network namespace. */
    List<Neighbour> neighbours(IpFamily family) {
        return new Neighbours(socket).list(family);
    }

    /** What the programs have counted; nothing where that cannot be read. */
    Map<Counter, Long> counters(Fan fan) {
        return read(fan, Engine::counters);
    }

    /** When the programs have last dropped what they should not have had to; nothing where that cannot be read. */
    Map<Counter, Instant> lastDrops(Fan fan) {
        return read(fan, Engine::lastDrops);
    }

    private <T> Map<Counter, T> read(Fan fan, BiFunction<Engine, Fan, Map<Counter, T>> counted) {
        if (!privileged) {
            return Map.of();
        }
        try {
            return counted.apply(new Engine(kernel), fan);
        } catch (FanException | ErrnoException unknown) {
            return Map.of();
        }
    }

    @Override
    public void close() {
        socket.close();
        kernel.close();
    }
}
