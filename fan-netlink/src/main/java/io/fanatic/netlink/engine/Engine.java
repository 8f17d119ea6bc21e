package io.fanatic.netlink.engine;

import static io.fanatic.core.FanException.Reason.CONFLICT;
import static io.fanatic.core.FanException.Reason.NOT_UNDONE;
import static io.fanatic.core.FanException.Reason.UNDONE;
import static io.fanatic.core.FanException.Reason.UNSUPPORTED;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Overlays;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.IpsecState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.resource.Change;
import io.fanatic.netlink.resource.ForwardTableResource;
import io.fanatic.netlink.resource.Ipv6OutsideResource;
import io.fanatic.netlink.resource.NatResource;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.Text;
import io.fanatic.netlink.resource.TunnelTableResource;
import io.fanatic.netlink.route.SecurityAssociation;
import io.fanatic.netlink.strongswan.FanConnections;
import io.fanatic.netlink.strongswan.KeyExchange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings fans up and down on one host: observe, compare, plan, check, apply; undo and verify when a step fails. The caller
 * holds the lock, so nothing else of ours runs meanwhile.
 */
public final class Engine {
    /** What a plan says on a kernel without nftables. */
    static final String NO_NAT = "this kernel has no nftables for IPv4, so what leaves the overlay is not masqueraded:"
            + " containers reach the overlay and their host only";

    /** Likewise. */
    static final String NO_TUNNEL_TABLE =
            "this kernel has no nftables for IPv4, so nothing keeps containers that are masqueraded from sending"
                    + " in the name of this host's tunnel";

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

    /**
     * An engine on a host.
     *
     * @param kernel the host; closing it stays with the caller
     */
    public Engine(Kernel kernel) {
        this.kernel = kernel;
    }

    /** {@return the fans of this host, ordered by overlay} */
    public List<Fan> list() {
        return HostState.fans(kernel.links(), kernel.addresses());
    }

    /**
     * {@return what a fan's programs have counted since they were attached or last reset; empty when they are not}
     *
     * @param fan one of {@link #list}
     */
    public Map<Counter, Long> counters(Fan fan) {
        return HostState.whole(() -> {
            Map<Counter, Long> sums = new EnumMap<>(Counter.class);
            for (String device : devices(fan)) {
                kernel.counters(device).forEach((counter, count) -> sums.merge(counter, count, Long::sum));
            }
            return sums;
        });
    }

    /** The programs of fans, where they are what this release gives them. */
    List<ProgramsResource> programs() {
        HostState host = HostState.of(kernel);
        DesiredState state = state();
        List<Resource> all = new ArrayList<>();
        for (TunnelType type : TunnelType.values()) {
            all.addAll(Tunnels.of(type, state).observedShared(host));
        }
        for (Fan fan : host.fans()) {
            all.addAll(state.observed(fan, host));
        }
        List<ProgramsResource> programs = new ArrayList<>();
        for (Resource resource : all) {
            if (resource instanceof ProgramsResource found && found.spec().isPresent() && !programs.contains(found)) {
                programs.add(found);
            }
        }
        return programs;
    }

    /**
     * {@return whether a fan's packets take the fast path} What {@link #path} says, without asking what is in the way of it, which takes time.
     *
     * @param fan one of {@link #list}
     */
    public boolean isOnFastPath(Fan fan) {
        return kernel.recordsProgramsElsewhere(fan.tunnel());
    }

    /**
     * {@return which path a fan's packets take, and what is in the way of the fast one}
     *
     * @param fan one of {@link #list}
     */
    public FanPath path(Fan fan) {
        HostState host = HostState.of(kernel);
        Optional<String> obstacle = fan.fast() ? state().obstacle(fan, host) : Optional.empty();
        List<String> cards = host.devicesWithPrograms(fan.tunnel());
        return new FanPath(cards.isEmpty() ? Optional.empty() : Optional.of(cards.get(0)), obstacle);
    }

    /**
     * {@return whether this host can encrypt the packets of a fan}
     *
     * @param fan an encrypted one of {@link #list}
     */
    public EncryptionState encryption(Fan fan) {
        Encryption how = fan.encryption().orElseThrow();
        Optional<String> engine = kernel.withoutStrongSwan(how.method());
        try {
            return new EncryptionState(
                    engine,
                    Optional.empty(),
                    kernel.credentials(how, fan.underlayAddresses()).until());
        } catch (FanException e) {
            return new EncryptionState(engine, Optional.of(String.valueOf(e.getMessage())), Optional.empty());
        }
    }

    /**
     * {@return whom this host has keys with for the packets of a fan, and what IPsec dropped}
     *
     * @param fan an encrypted one of {@link #list}
     */
    public IpsecState ipsec(Fan fan) {
        long requestId = FanConnections.requestId(fan.transport());
        List<SecurityAssociation> associations = new ArrayList<>(kernel.associations());
        associations.removeIf(each -> each.requestId() != requestId);
        return IpsecState.of(associations, fan.underlayAddresses(), kernel.ipsecDrops());
    }

    /**
     * Has strongSwan make keys with one other host now, as the first packet to it does.
     *
     * @param fan an encrypted one of {@link #list}
     * @param underlay address of the other host
     * @return what became of it
     */
    public KeyExchange exchangeKeys(Fan fan, Ipv4Address underlay) {
        return kernel.exchangeKeys(
                FanNames.bridge(fan.overlay()), fan.underlayAddresses().get(0), underlay);
    }

    /**
     * {@return what a fan does with packets without encapsulation, and what keeps it from sending them}
     *
     * @param fan one of {@link #list}
     */
    public DirectState direct(Fan fan) {
        HostState host = HostState.of(kernel);
        DesiredState state = state();
        Optional<String> obstacle = fan.direct() == Direct.SEND ? state.directObstacle(fan, host) : Optional.empty();
        List<String> cards = host.devicesWithPrograms(fan.bridge());
        if (cards.isEmpty()) {
            return new DirectState(Direct.OFF, Optional.empty(), obstacle);
        }
        Direct now = state.isSendingDirect(fan, host) ? Direct.SEND : Direct.ACCEPT;
        return new DirectState(now, Optional.of(cards.get(0)), obstacle);
    }

    /**
     * {@return when a fan's programs have last dropped a frame, for each reason that somebody should look at and that there was since they
     * were attached or their counters reset}
     *
     * @param fan one of {@link #list}
     */
    public Map<Counter, Instant> lastDrops(Fan fan) {
        return HostState.whole(() -> {
            Map<Counter, Instant> times = new EnumMap<>(Counter.class);
            for (String device : devices(fan)) {
                kernel.lastDrops(device)
                        .forEach((counter, time) -> times.merge(counter, time, (a, b) -> a.isAfter(b) ? a : b));
            }
            return times;
        });
    }

    /**
     * Lets a fan's programs count from zero. A frame that passes meanwhile may be counted or not.
     *
     * @param fan one of {@link #list}
     */
    public void resetCounters(Fan fan) {
        for (String device : devices(fan)) {
            kernel.resetCounters(device);
        }
    }

    /** Those that are there and ours. */
    private List<String> devices(Fan fan) {
        List<String> devices = new ArrayList<>();
        for (LinkState link : kernel.links()) {
            if (link.isOurs()
                    && (link.name().equals(fan.tunnel()) || link.name().equals(fan.bridge()))) {
                devices.add(link.name());
            }
        }
        return devices;
    }

    /**
     * {@return what {@link #up} would do; nothing is touched}
     *
     * @param entry what is wanted
     * @throws FanException as {@link #up} does before its first step
     */
    public Plan planUp(FanEntry entry) {
        HostState host = HostState.of(kernel);
        return planUp(entry, host);
    }

    /**
     * Brings a fan up, or what is missing of it; a fan that is as it should be is not touched.
     *
     * @param entry what is wanted
     * @return what was done
     * @throws FanException when it cannot be done; the host is then as before unless the reason is NOT_UNDONE
     */
    public Plan up(FanEntry entry) {
        return up(entry, cleared());
    }

    private Plan up(FanEntry entry, HostState host) {
        Plan plan = planUp(entry, host);
        apply(plan, host, () -> planUp(entry, HostState.of(kernel)));
        return plan;
    }

    /**
     * As {@link #up}, for a fan that was up: one of which nothing is left was taken down on purpose, and stays down. What takes
     * a fan down leaves nothing; whoever else deletes a device leaves the other one, or the NAT of its slice.
     *
     * @param entry with a local address as its underlay
     * @return what was done; empty when nothing is left of that slice
     * @throws FanException as {@link #up} does
     */
    public Optional<Plan> repair(FanEntry entry) {
        HostState host = cleared();
        if (!remains(entry, host)) {
            return Optional.empty();
        }
        return Optional.of(up(entry, host));
    }

    private static boolean remains(FanEntry entry, HostState host) {
        if (!(entry.underlay() instanceof UnderlaySpec.Address own)) {
            throw new IllegalArgumentException(entry.underlay() + " is not one address");
        }
        FanMapping mapping = FanMapping.of(entry.overlay(), own.network());
        for (NatTable.Entry nat : host.nat()) {
            if (nat.slice().equals(mapping.slice(own.address()).cidr())) {
                return true;
            }
        }
        Optional<Fan> fan = host.fan(mapping);
        return fan.isPresent()
                && (fan.get().underlayAddresses().contains(own.address())
                        || fan.get().slices().isEmpty() && fan.get().macSeed().equals(own.address()));
    }

    /** The host, after what a run that was killed left half made has gone; nobody else makes such devices now. */
    private HostState cleared() {
        HostState host = HostState.of(kernel);
        boolean clear = true;
        for (LinkState link : host.links()) {
            if (Kernel.isTemporary(link.name())) {
                kernel.deleteLink(link.name());
                clear = false;
            }
        }
        return clear ? host : HostState.of(kernel);
    }

    /**
     * {@return the fan as {@link #up} would leave it, with the slices that it has already} Whether something is in its
     * way is not asked.
     *
     * @param entry what is wanted
     * @throws FanException INVALID when the request cannot mean anything on this host
     */
    public Fan preview(FanEntry entry) {
        return WantedFan.of(entry, HostState.visible(kernel));
    }

    /**
     * {@return the one local address that an underlay means on this host}
     *
     * @param spec in any form
     * @throws FanException INVALID when no local address fits, or several do: then the message lists them
     */
    public UnderlaySpec resolve(UnderlaySpec spec) {
        Underlay underlay = Underlay.resolve(spec, HostState.visible(kernel));
        return UnderlaySpec.of(underlay.address(), underlay.network().prefixLength());
    }

    /**
     * {@return the entry with the underlay as a network, as it is on every other host, where this one has only one address in it; else the
     * entry as it is}
     *
     * @param entry of a fan of this host
     */
    public FanEntry onAnyHost(FanEntry entry) {
        if (entry.underlay() instanceof UnderlaySpec.Address given) {
            UnderlaySpec network = new UnderlaySpec.Network(given.network());
            try {
                if (resolve(network).equals(given)) {
                    return new FanEntry(entry.overlay(), network, entry.options());
                }
            } catch (FanException several) {
                return entry;
            }
        }
        return entry;
    }

    /**
     * {@return the addresses of this host that an underlay can be made of: not those of the loopback device or of fans}
     * The address on the device with the default route comes first.
     */
    public List<AddressState> underlayAddresses() {
        return Underlay.candidates(kernel.links(), kernel.addresses(), kernel.routes());
    }

    private Plan planUp(FanEntry entry, HostState host) {
        Fan fan = WantedFan.of(entry, host);
        List<Fan> fans = host.fans();
        Optional<Fan> before = host.fan(fan.mapping());
        new Preflight(host, state()).up(fan, before, kernel.nameServers());
        portIsForOneFan(fan, host);
        canHaveItsAddresses(fan);
        canEncrypt(fan);
        Optional<String> noDirect = DirectPath.refusal(fan, host, kernel);
        if (noDirect.isPresent()) {
            throw new FanException(
                    kernel.has(KernelFeature.DIRECT) ? CONFLICT : UNSUPPORTED,
                    "packets cannot travel without encapsulation on this host: " + noDirect.get()
                            + "; leave --direct out");
        }

        List<Fan> after = new ArrayList<>();
        for (Fan other : fans) {
            if (!other.mapping().equals(fan.mapping())) {
                after.add(other);
            }
        }
        PortSharing sharing = new PortSharing(host, state());
        Plan neighbours = sharing.makeRoomFor(fan, after);
        after.add(fan);
        Plan plan = plan(host, before.orElse(fan), Optional.of(fan), after);
        canServe(fan, plan);
        Plan all = neighbours.then(plan);
        for (String note : directNotes(fan, host)) {
            all = all.with(note);
        }
        Optional<String> warning = before.isEmpty() ? Overlays.warning(fan.overlay()) : Optional.empty();
        if (warning.isPresent()) {
            all = all.with(warning.get());
        }
        if (!fan.dhcp().isEmpty()) {
            if (state().nameServers(fan).isEmpty()) {
                all = all.with(NO_NAME_SERVER);
            }
            for (String note : reservedAndLeased(fan)) {
                all = all.with(note);
            }
        }
        return all;
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

    private List<String> directNotes(Fan fan, HostState host) {
        if (fan.direct() == Direct.OFF) {
            return List.of();
        }
        List<String> notes = new ArrayList<>();
        Optional<String> obstacle = fan.direct() == Direct.SEND ? state().directObstacle(fan, host) : Optional.empty();
        if (obstacle.isPresent()) {
            notes.add("the fan receives packets without encapsulation and sends none: " + obstacle.get());
        }
        Optional<String> rule = DirectPath.bridgedRules(fan, host, kernel).notMet();
        if (rule.isPresent()) {
            notes.add(
                    "packets that come without encapsulation do not meet this rule for bridged frames: " + rule.get());
        }
        return notes;
    }

    private void canServe(Fan fan, Plan plan) {
        for (Plan.Item item : plan.items()) {
            if (item.thing().equals("dhcp") && !fan.dhcp().isEmpty() && !kernel.canServeDhcp()) {
                throw new FanException(UNSUPPORTED, "dnsmasq is not installed; install the package dnsmasq-base");
            }
        }
    }

    /**
     * {@return what {@link #down} would do}
     *
     * @param overlay the fan's
     * @param underlay in any form
     * @throws FanException as {@link #down} does before its first step
     */
    public Plan planDown(Ipv4Prefix overlay, UnderlaySpec underlay) {
        return planDown(overlay, underlay, false, HostState.of(kernel));
    }

    /**
     * Takes down the slices that the underlay names, and with the last one the fan. What is gone already is no error.
     *
     * @param overlay the fan's
     * @param underlay in any form
     * @return what was done; empty when there was no such fan
     * @throws FanException IN_USE, naming the devices, while containers are attached
     */
    public Plan down(Ipv4Prefix overlay, UnderlaySpec underlay) {
        return down(overlay, underlay, false);
    }

    /**
     * As {@link #down(Ipv4Prefix, UnderlaySpec)}.
     *
     * @param overlay the fan's
     * @param underlay in any form
     * @param force also while containers are attached; they lose their bridge
     * @return what was done; empty when there was no such fan
     */
    public Plan down(Ipv4Prefix overlay, UnderlaySpec underlay, boolean force) {
        HostState host = cleared();
        Plan plan = planDown(overlay, underlay, force, host);
        apply(plan, host, () -> planDown(overlay, underlay, force, HostState.of(kernel)));
        return plan;
    }

    private Plan planDown(Ipv4Prefix overlay, UnderlaySpec underlay, boolean force, HostState host) {
        for (Fan fan : host.fans()) {
            if (fan.overlay().equals(overlay)) {
                Fan rest = fan;
                for (Ipv4Address address : meant(underlay, fan, host)) {
                    rest = rest.without(address);
                }
                boolean nothingMeant = rest.slices().size() == fan.slices().size()
                        && !fan.slices().isEmpty();
                return nothingMeant ? Plan.NOTHING : planDown(fan, rest, force, host);
            }
        }
        return Plan.between(state().orphans(host), List.of());
    }

    /**
     * What {@link #downEverything} would do.
     *
     * @return the steps in their order
     */
    public Plan planDownEverything() {
        return planDownEverything(HostState.of(kernel));
    }

    /**
     * Takes down whatever carries our label, also where only remains of a fan are left.
     *
     * @return what was done
     */
    public Plan downEverything() {
        HostState host = cleared();
        Plan plan = planDownEverything(host);
        apply(plan, host, () -> planDownEverything(HostState.of(kernel)));
        return plan;
    }

    private Plan planDownEverything(HostState host) {
        List<Resource> resources = new ArrayList<>(state().observedShared(host));
        for (Fan fan : host.fans()) {
            new Preflight(host, state()).down(fan);
            resources.addAll(state().observed(fan, host));
        }
        return Plan.between(resources, List.of());
    }

    private Plan planDown(Fan fan, Fan rest, boolean force, HostState host) {
        if (!force) {
            new Preflight(host, state()).down(fan);
        }
        List<Fan> after = new ArrayList<>(host.fans());
        after.remove(fan);
        Optional<Fan> remaining = Optional.of(rest).filter(r -> !r.slices().isEmpty());
        remaining.ifPresent(after::add);
        return plan(host, fan, remaining, after);
    }

    private Plan plan(HostState host, Fan before, Optional<Fan> after, List<Fan> allAfter) {
        DesiredState state = state();
        List<Resource> observed = new ArrayList<>(state.observedShared(host));
        observed.addAll(state.observed(before, host));
        after.ifPresent(fan -> observed.addAll(state.adopted(fan, host)));
        List<Resource> desired = new ArrayList<>(state.desiredShared(allAfter, host));
        after.ifPresent(fan -> desired.addAll(state.desired(fan, new PortSharing(host, state).needsFilter(fan), host)));
        desired.addAll(state.encryption(allAfter, host));
        List<String> notes = new ArrayList<>(withoutNftables(observed, desired));
        if (allAfter.stream().anyMatch(fan -> fan.nat() && fan.ipv6().isPresent())) {
            Ipv6Outside.Host beside = kernel.ipv6Host();
            state.ipv6Outside(allAfter, host, beside)
                    .ifPresent(outside -> notes.addAll(ipv6Outside(outside, host, beside, desired)));
        }
        Plan plan = Plan.between(observed, desired);
        for (String note : notes) {
            plan = plan.with(note);
        }
        return plan;
    }

    /** Adds it to what is desired; says where that is not enough, or cannot be. */
    private List<String> ipv6Outside(
            Ipv6Outside outside, HostState host, Ipv6Outside.Host beside, List<Resource> desired) {
        if (host.ipv6Outside().nat().isEmpty() && !kernel.has(KernelFeature.NFTABLES_IPV6)) {
            return List.of(NO_NAT_IPV6);
        }
        desired.add(new Ipv6OutsideResource(outside));
        return beside.isOutOfReach() ? List.of(NOT_FORWARDED_IPV6) : List.of();
    }

    /** Takes tables away from what is desired on a kernel that cannot have them; says what that means. */
    private List<String> withoutNftables(List<Resource> observed, List<Resource> desired) {
        List<Resource> tables = tables(desired);
        if (tables.isEmpty() || !tables(observed).isEmpty() || kernel.has(KernelFeature.NFTABLES)) {
            return List.of();
        }
        desired.removeAll(tables);
        List<String> notes = new ArrayList<>();
        for (Resource table : tables) {
            notes.add(
                    table instanceof NatResource
                            ? NO_NAT
                            : table instanceof ForwardTableResource ? NO_FORWARD_TABLE : NO_TUNNEL_TABLE);
        }
        return notes;
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

    /** Without a filter for VNIs, fans cannot share a port. */
    private void portIsForOneFan(Fan fan, HostState host) {
        OptionalInt port = fan.transport().udpPort();
        for (Fan other : host.fans()) {
            if (port.isPresent()
                    && other.transport().udpPort().equals(port)
                    && !other.overlay().equals(fan.overlay())
                    && !kernel.has(KernelFeature.VNI_FILTER)) {
                throw new FanException(
                        UNSUPPORTED,
                        "on this kernel each fan needs a UDP port of its own (Linux 5.18 and later can share one), and "
                                + port.getAsInt() + " is that of the fan " + other.mapping()
                                + "; choose another with --port on every host of the fan");
            }
        }
    }

    /** Without a local address in the tunnel key, the kernel chooses the same one for the packets of all slices. */
    private void canHaveItsAddresses(Fan fan) {
        if (fan.underlayAddresses().size() > 1 && !kernel.has(KernelFeature.LOCAL_ADDRESS)) {
            throw new FanException(
                    UNSUPPORTED,
                    "on this kernel a fan has only one underlay address on a host (Linux 6.0 and later can have several), and "
                            + fan.mapping() + " would have " + Text.join(" and ", fan.underlayAddresses())
                            + "; leave one of them out");
        }
    }

    private void canEncrypt(Fan fan) {
        if (fan.encryption().isEmpty()) {
            return;
        }
        Encryption how = fan.encryption().get();
        // Refuses a key that is none.
        kernel.credentials(how, fan.underlayAddresses());
        Optional<String> obstacle = encryptionObstacle(how.method());
        if (obstacle.isPresent()) {
            throw new FanException(UNSUPPORTED, obstacle.get());
        }
    }

    /**
     * {@return why this host can encrypt no fan, and what to do; empty when it can, given a key or a certificate}
     *
     * @param method how hosts prove who they are
     */
    public Optional<String> encryptionObstacle(Encryption.Method method) {
        return kernel.has(KernelFeature.ESP)
                ? kernel.withoutStrongSwan(method).map(why -> "the fan's packets cannot be encrypted: " + why)
                : Optional.of(
                        "this kernel cannot encrypt packets: it lacks IPsec's ESP with AES-GCM (CONFIG_INET_ESP, CONFIG_CRYPTO_GCM);"
                                + " boot one that has it, or leave --encrypt out on every host of the fan");
    }

    private DesiredState state() {
        return new DesiredState(kernel);
    }

    /** The underlay addresses of a fan that a user means when taking it down; they need not exist on the host any more. */
    private static List<Ipv4Address> meant(UnderlaySpec underlay, Fan fan, HostState host) {
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

    /** @param again plans once more when all is done: then nothing may be left to do */
    private void apply(Plan plan, HostState before, Supplier<Plan> again) {
        List<Change> done = new ArrayList<>();
        for (Change change : plan.changes()) {
            // The failing change counts as done: it may be half made.
            done.add(change);
            try {
                change.apply(kernel);
            } catch (RuntimeException | Error e) {
                // An Error too, such as memory or a class file that ran out, leaves the host as it was.
                throw failed("could not " + change + ": " + e.getMessage(), undo(done, before), e);
            }
        }
        if (done.isEmpty()) {
            return;
        }
        Plan rest;
        try {
            rest = again.get();
        } catch (RuntimeException | Error e) {
            throw failed("could not read back what was done: " + e.getMessage(), undo(done, before), e);
        }
        if (!rest.isEmpty()) {
            throw failed(
                    "the host did not keep what was set, this would have to be done again: "
                            + Text.join("; ", rest.lines()),
                    undo(done, before),
                    null);
        }
    }

    private static FanException failed(String what, List<String> leftBehind, @Nullable Throwable cause) {
        if (cause instanceof FanException known && leftBehind.isEmpty()) {
            return known;
        }
        return leftBehind.isEmpty()
                ? new FanException(UNDONE, what + "; everything before it was undone", leftBehind, cause)
                : new FanException(
                        NOT_UNDONE,
                        what + "; undoing what came before did not succeed, these differ from before: "
                                + Text.join("; ", leftBehind),
                        leftBehind,
                        cause);
    }

    /** Goes back, newest first, and compares with the snapshot. Returns what differs, or what could not be found out. */
    private List<String> undo(List<Change> done, HostState before) {
        List<String> trouble = new ArrayList<>();
        for (int i = done.size() - 1; i >= 0; i--) {
            Change back = done.get(i).inverse();
            try {
                back.apply(kernel);
            } catch (RuntimeException | Error e) {
                trouble.add("could not " + back + ": " + e.getMessage());
            }
        }
        try {
            List<String> differences = HostState.of(kernel).differencesFrom(before);
            // An inverse may fail because there was nothing to take back; what counts is the comparison.
            differences.addAll(differences.isEmpty() ? List.of() : trouble);
            return differences;
        } catch (RuntimeException e) {
            trouble.add("could not read the host back: " + e.getMessage());
            return trouble;
        }
    }
}
