package io.fanatic.netlink.engine;

import static io.fanatic.core.FanException.Reason.NOT_UNDONE;
import static io.fanatic.core.FanException.Reason.UNDONE;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.IpsecState;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.resource.Change;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.Text;
import io.fanatic.netlink.route.SecurityAssociation;
import io.fanatic.netlink.strongswan.FanConnections;
import io.fanatic.netlink.strongswan.KeyExchange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings fans up and down on one host: observe, compare, plan, check, apply; undo and verify when a step fails. The caller
 * holds the lock, so nothing else of ours runs meanwhile.
 */
public final class Engine {
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
        DesiredState state = new DesiredState(kernel, HostState.of(kernel));
        List<Resource> all = new ArrayList<>();
        for (TunnelType type : TunnelType.values()) {
            all.addAll(state.tunnels(type).observedShared());
        }
        for (Fan fan : state.host().fans()) {
            all.addAll(state.observed(fan));
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
        Optional<String> obstacle = fan.fast() ? new Paths(kernel, host).obstacle(fan) : Optional.empty();
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
        Paths paths = new Paths(kernel, host);
        Optional<String> obstacle = fan.direct() == Direct.SEND ? paths.directObstacle(fan) : Optional.empty();
        List<String> cards = host.devicesWithPrograms(fan.bridge());
        if (cards.isEmpty()) {
            return new DirectState(Direct.OFF, Optional.empty(), obstacle);
        }
        Direct now = paths.isSendingDirect(fan) ? Direct.SEND : Direct.ACCEPT;
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
        return new Planner(kernel, HostState.of(kernel)).up(entry);
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
        return apply(host, planner -> planner.up(entry));
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

    /**
     * {@return whether something is left of a slice, as {@link #repair} asks}
     *
     * @param entry with a local address as its underlay
     */
    public boolean remains(FanEntry entry) {
        return remains(entry, HostState.of(kernel));
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

    /**
     * {@return what {@link #down} would do}
     *
     * @param overlay the fan's
     * @param underlay in any form
     * @throws FanException as {@link #down} does before its first step
     */
    public Plan planDown(Ipv4Prefix overlay, UnderlaySpec underlay) {
        return new Planner(kernel, HostState.of(kernel)).down(overlay, underlay, false);
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
        return apply(cleared(), planner -> planner.down(overlay, underlay, force));
    }

    /**
     * What {@link #downEverything} would do.
     *
     * @return the steps in their order
     */
    public Plan planDownEverything() {
        return new Planner(kernel, HostState.of(kernel)).downEverything();
    }

    /**
     * Takes down whatever carries our label, also where only remains of a fan are left.
     *
     * @return what was done
     */
    public Plan downEverything() {
        return apply(cleared(), Planner::downEverything);
    }

    /**
     * {@return why this host can encrypt no fan, and what to do; empty when it can, given a key or a certificate}
     *
     * @param method how hosts prove who they are
     */
    public Optional<String> encryptionObstacle(Encryption.Method method) {
        return Preflight.encryptionObstacle(method, kernel);
    }

    /** Does what is planned, and plans once more when all is done: then nothing may be left to do. */
    private Plan apply(HostState before, Function<Planner, Plan> planning) {
        Plan plan = planning.apply(new Planner(kernel, before));
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
            return plan;
        }
        Plan rest;
        try {
            rest = planning.apply(new Planner(kernel, HostState.of(kernel)));
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
        return plan;
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
