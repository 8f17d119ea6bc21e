package io.fanatic.netlink;

import io.fanatic.core.Counter;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanException.Reason;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.engine.DirectState;
import io.fanatic.netlink.engine.Engine;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanPath;
import io.fanatic.netlink.engine.HostLock;
import io.fanatic.netlink.engine.Monitor;
import io.fanatic.netlink.engine.MonitorSpec;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.firewall.FirewallException;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.IpsecState;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinuxKernel;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.strongswan.KeyExchange;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The fans of one host: bring them up, take them down, list them, plan. Prints nothing, ends nothing, keeps no state of its
 * own; immutable and safe for use by several threads.
 *
 * <p>Every method throws {@link FanException} with a {@linkplain FanException#reason reason} and one sentence for people;
 * unless the reason is NOT_UNDONE, the host is then as it was. Changes need CAP_NET_ADMIN and CAP_BPF (root has them).
 */
public final class FanNetwork {
    private final Optional<Namespace> namespace;
    private final Path runDirectory;
    private final Path stateDirectory;
    private final Duration timeout;
    private final Optional<Kernel> kernel;

    /** What taking down does while containers are attached. */
    public enum IfInUse {
        /** It refuses, and names their devices. */
        REFUSE,
        /** It takes the fan down; they lose their bridge. */
        CUT_OFF
    }

    private FanNetwork(
            Optional<Namespace> namespace,
            Path runDirectory,
            Path stateDirectory,
            Duration timeout,
            Optional<Kernel> kernel) {
        this.namespace = namespace;
        this.runDirectory = runDirectory;
        this.stateDirectory = stateDirectory;
        this.timeout = timeout;
        this.kernel = kernel;
    }

    /** {@return the fans in the calling thread's network namespace, as {@code fanctl} sees them} */
    public static FanNetwork onThisHost() {
        return new FanNetwork(
                Optional.empty(),
                Path.of("/run/fanatic"),
                Path.of("/var/lib/fanatic"),
                Duration.ofSeconds(30),
                Optional.empty());
    }

    /**
     * {@return the fans of another kernel than this machine's, for tests of a program that embeds this library} Nothing of this
     * machine is touched, no privilege is needed and no lock taken.
     *
     * <pre>{@code
     * MemoryKernel kernel = MemoryKernel.withEthernet("eth0", new AddressState("eth0", Ipv4Address.parse("10.0.0.45"), 16));
     * FanNetwork network = FanNetwork.over(kernel);
     * network.up(FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16")));
     * }</pre>
     *
     * @param kernel such as a {@link io.fanatic.netlink.kernel.MemoryKernel}; stays open, and is used by one thread at a time
     */
    public static FanNetwork over(Kernel kernel) {
        FanNetwork real = onThisHost();
        return new FanNetwork(
                Optional.empty(), real.runDirectory, real.stateDirectory, real.timeout, Optional.of(kernel));
    }

    /**
     * This in another network namespace; work is done there on threads of its own. Its methods throw INVALID where there
     * is no such namespace, and NOT_PERMITTED to programs that may not enter it (CAP_SYS_ADMIN).
     *
     * @param namespace must exist when work is done
     * @return the fans of that namespace
     */
    public FanNetwork in(Namespace namespace) {
        return new FanNetwork(Optional.of(namespace), runDirectory, stateDirectory, timeout, kernel);
    }

    /**
     * With other directories than /run/fanatic and /var/lib/fanatic, as an embedder wants who must not meet {@code
     * fanctl}.
     *
     * @param run for the lock and DHCP servers; its content may go when the machine restarts
     * @param state for the journal and DHCP leases
     * @return the fans of the same namespace
     */
    public FanNetwork keepingStateIn(Path run, Path state) {
        return new FanNetwork(
                namespace, Objects.requireNonNull(run, "run"), Objects.requireNonNull(state, "state"), timeout, kernel);
    }

    /**
     * With another time to wait for a run that has not ended, half a minute by default.
     *
     * @param timeout 0 or more; after it a change or a plan fails with IN_USE
     * @return the fans of the same namespace
     */
    public FanNetwork waiting(Duration timeout) {
        return new FanNetwork(
                namespace, runDirectory, stateDirectory, Objects.requireNonNull(timeout, "timeout"), kernel);
    }

    /** {@return the fans that are up, ordered by overlay} Needs no privilege. */
    public List<Fan> list() {
        return read(kernel -> new Engine(kernel).list());
    }

    /**
     * {@return the fan as {@link #up} would leave it, with the slices that it has already; nothing is touched, and
     * whether something is in its way is not asked, as {@link #plan} does} Needs no privilege.
     *
     * @param entry what is wanted
     * @throws FanException INVALID when the request cannot mean anything on this host
     */
    public Fan preview(FanEntry entry) {
        Objects.requireNonNull(entry, "entry");
        return read(kernel -> new Engine(kernel).preview(entry));
    }

    /**
     * {@return the one local address that an underlay means on this host, such as 10.0.0.45/16 for 10.0.0.0/16} Needs
     * no privilege.
     *
     * @param underlay in any form
     * @throws FanException INVALID when no local address fits, or several do: then the message lists them
     */
    public UnderlaySpec resolve(UnderlaySpec underlay) {
        Objects.requireNonNull(underlay, "underlay");
        return read(kernel -> new Engine(kernel).resolve(underlay));
    }

    /**
     * {@return the entry with the underlay as a network, as it is on every other host, where this one has only one address in it; else the
     * entry as it is}
     *
     * @param entry of a fan of this host
     */
    public FanEntry onAnyHost(FanEntry entry) {
        return read(kernel -> new Engine(kernel).onAnyHost(entry));
    }

    /**
     * {@return the addresses of this host that an underlay can be made of: not those of the loopback device or of fans}
     * The address on the device with the default route comes first. Needs no privilege.
     */
    public List<AddressState> underlayAddresses() {
        return read(kernel -> new Engine(kernel).underlayAddresses());
    }

    /**
     * What {@link #up} would do; nothing is touched.
     *
     * @param entry what is wanted
     * @return the steps in their order; empty when there is nothing to do
     * @throws FanException as {@link #up} does before its first step
     */
    public Plan plan(FanEntry entry) {
        Objects.requireNonNull(entry, "entry");
        return privileged(() -> readWhole(kernel -> new Engine(kernel).planUp(entry)));
    }

    /**
     * Brings a fan up, or repairs it, or changes options of it that can change while it is up, such as MTU, DHCP or host reserve; a
     * second underlay address of the host joins the fan that is up. Where all is as it should be, nothing is touched and no flow disturbed.
     *
     * @param entry what is wanted; its flag {@code off} means nothing here
     * @return what was done; empty when there was nothing to do
     * @throws FanException INVALID or CONFLICT, when something forbids it; UNSUPPORTED, when the kernel or a program is
     *     lacking; IN_USE, when another run does not end; UNDONE or NOT_UNDONE, when a step failed; UNDONE, also when
     *     there can be no lock
     */
    public Plan up(FanEntry entry) {
        Objects.requireNonNull(entry, "entry");
        return change(kernel -> new Engine(kernel).up(entry));
    }

    /**
     * What {@link #down(Ipv4Prefix, UnderlaySpec)} would do; nothing is touched.
     *
     * @param overlay the fan's
     * @param underlay in any form; it names the slice
     * @return the steps in their order; empty when there is no such fan
     * @throws FanException as {@link #down(Ipv4Prefix, UnderlaySpec)} does before its first step
     */
    public Plan planDown(Ipv4Prefix overlay, UnderlaySpec underlay) {
        return privileged(() -> readWhole(kernel -> new Engine(kernel).planDown(overlay, underlay)));
    }

    /**
     * Takes down the slice of an underlay address, and with its last slice the fan. What is gone already is no error.
     *
     * @param overlay the fan's
     * @param underlay in any form; it names the slice
     * @return what was done; empty when there was no such fan
     * @throws FanException IN_USE, while containers are attached or another run does not end; UNDONE or NOT_UNDONE,
     *     when a step failed
     */
    public Plan down(Ipv4Prefix overlay, UnderlaySpec underlay) {
        return down(overlay, underlay, IfInUse.REFUSE);
    }

    /**
     * As {@link #down(Ipv4Prefix, UnderlaySpec)}.
     *
     * @param overlay the fan's
     * @param underlay in any form; it names the slice
     * @param inUse what to do while containers are attached
     * @return what was done; empty when there was no such fan
     */
    public Plan down(Ipv4Prefix overlay, UnderlaySpec underlay, IfInUse inUse) {
        Objects.requireNonNull(overlay, "overlay");
        Objects.requireNonNull(underlay, "underlay");
        Objects.requireNonNull(inUse, "inUse");
        return change(kernel -> new Engine(kernel).down(overlay, underlay, inUse == IfInUse.CUT_OFF));
    }

    /**
     * Takes down what {@link #up} of the same entry has brought up, as {@link #down(Ipv4Prefix, UnderlaySpec)}.
     *
     * @param entry the fan; its options mean nothing here
     * @return what was done; empty when there was no such fan
     */
    public Plan down(FanEntry entry) {
        return down(entry.overlay(), entry.underlay());
    }

    /**
     * Takes down a fan with all its slices, as {@link #down(Ipv4Prefix, UnderlaySpec)}.
     *
     * @param fan one of {@link #list}
     * @return what was done; empty when it is gone already
     */
    public Plan down(Fan fan) {
        return down(fan.overlay(), new UnderlaySpec.Network(fan.mapping().underlay()));
    }

    /**
     * What {@link #downEverything} would do; nothing is touched.
     *
     * @return the steps in their order; empty when nothing is ours
     * @throws FanException IN_USE, while containers are attached or another run does not end
     */
    public Plan planDownEverything() {
        return privileged(() -> readWhole(kernel -> new Engine(kernel).planDownEverything()));
    }

    /**
     * Takes down every fan of this host, also what only remains of one.
     *
     * @return what was done; empty when nothing was ours
     */
    public Plan downEverything() {
        return change(kernel -> new Engine(kernel).downEverything());
    }

    /**
     * {@return what a fan's programs have counted since they were attached or last {@linkplain #resetCounters reset}:
     * frames; empty when they are not attached}
     *
     * @param fan one of {@link #list}
     */
    public Map<Counter, Long> counters(Fan fan) {
        return privileged(() -> read(kernel -> new Engine(kernel).counters(fan)));
    }

    /**
     * Begins to tell of single frames that the fans' programs drop or pass. The fans and their programs stay as they are. Before Linux
     * 6.6, what this process attaches outlives it if it is killed, until the next {@link #up}.
     *
     * @param spec what to tell of
     * @return what tells; to be closed
     * @throws FanException NOT_PERMITTED without the privileges that changes need
     */
    public Monitor monitor(MonitorSpec spec) {
        Objects.requireNonNull(spec, "spec");
        return privileged(() -> new Monitor(spec, this::read));
    }

    /**
     * {@return whether a fan's packets between hosts take the fast path} This is known sooner than what is in the way of it, see {@link #path}.
     *
     * @param fan one of {@link #list}
     */
    public boolean isOnFastPath(Fan fan) {
        return read(kernel -> new Engine(kernel).isOnFastPath(fan));
    }

    /**
     * {@return which path a fan's packets take between hosts, and what is in the way of the fast one}
     *
     * @param fan one of {@link #list}
     */
    public FanPath path(Fan fan) {
        return privileged(() -> read(kernel -> new Engine(kernel).path(fan)));
    }

    /**
     * {@return what a fan does with packets without encapsulation, and what keeps it from sending them}
     *
     * @param fan one of {@link #list}
     */
    public DirectState direct(Fan fan) {
        return privileged(() -> read(kernel -> new Engine(kernel).direct(fan)));
    }

    /**
     * {@return when a fan's programs have last dropped a frame, for each reason that somebody should look at (SUSPICIOUS) and that there was;
     * to the clock of this host, exact to 10 ms}
     *
     * @param fan one of {@link #list}
     */
    public Map<Counter, Instant> lastDrops(Fan fan) {
        return privileged(() -> read(kernel -> new Engine(kernel).lastDrops(fan)));
    }

    /** {@return why this host can encrypt no fan, and what to do; empty when it can, given a key} */
    public Optional<String> encryptionObstacle() {
        return read(kernel -> new Engine(kernel).encryptionObstacle(Encryption.Method.PSK));
    }

    /**
     * {@return whom this host has keys with for the packets of a fan, and what IPsec dropped}
     *
     * @param fan an encrypted one of {@link #list}
     */
    public IpsecState ipsec(Fan fan) {
        return privileged(() -> read(kernel -> new Engine(kernel).ipsec(fan)));
    }

    /**
     * Has strongSwan make keys with one other host now, as the first packet to it does. What it had of it stays.
     *
     * @param fan an encrypted one of {@link #list}
     * @param underlay address of the other host
     * @return what became of it, within some seconds
     */
    public KeyExchange exchangeKeys(Fan fan, Ipv4Address underlay) {
        return privileged(() -> read(kernel -> new Engine(kernel).exchangeKeys(fan, underlay)));
    }

    /**
     * Lets a fan's programs count from zero, and forget when they dropped something. A frame that passes meanwhile may be counted or not.
     *
     * @param fan one of {@link #list}
     */
    public void resetCounters(Fan fan) {
        privileged(() -> read(kernel -> {
            new Engine(kernel).resetCounters(fan);
            return fan;
        }));
    }

    /**
     * {@return what a fan's DHCP server has leased and has not ended, wherever in its slices that is; who holds an address
     * outside the {@linkplain io.fanatic.core.Shares share} of DHCP has it from when that was another}
     *
     * @param fan one of {@link #list}
     */
    public List<DhcpLease> leases(Fan fan) {
        return privileged(() -> read(kernel -> kernel.leases(fan.bridge())));
    }

    private <T> T change(Function<Kernel, T> work) {
        if (kernel.isPresent()) {
            return read(work);
        }
        return privileged(() -> inside(() -> {
            // Inside, because a namespace with mounts of its own has its own lock file.
            try (HostLock lock = HostLock.take(runDirectory, stateDirectory, timeout)) {
                return here(work);
            }
        }));
    }

    /** What no change is in the middle of. */
    private <T> T readWhole(Function<Kernel, T> work) {
        if (kernel.isPresent()) {
            return read(work);
        }
        return inside(() -> HostLock.reading(runDirectory, timeout, () -> here(work)));
    }

    private <T> T read(Function<Kernel, T> work) {
        return inside(() -> here(work));
    }

    private <T> T inside(Supplier<T> work) {
        try {
            if (namespace.isEmpty()) {
                return work.get();
            }
            requireEntry(namespace.get());
            return namespace.get().call(work::get);
        } catch (ErrnoException | FirewallException | UncheckedIOException e) {
            throw FanException.failed(e);
        }
    }

    private static void requireEntry(Namespace namespace) {
        try {
            namespace.run(() -> {});
        } catch (ErrnoException e) {
            Reason reason = switch (e.errno()) {
                case Errno.ENOENT, Errno.EINVAL -> Reason.INVALID;
                case Errno.EPERM, Errno.EACCES -> Reason.NOT_PERMITTED;
                default -> Reason.FAILED;
            };
            throw new FanException(reason, "cannot enter the network namespace: " + e.getMessage(), List.of(), e);
        }
    }

    private <T> T here(Function<Kernel, T> work) {
        if (kernel.isPresent()) {
            return work.apply(kernel.get());
        }
        try (Kernel opened = new LinuxKernel(runDirectory, stateDirectory)) {
            return work.apply(opened);
        }
    }

    /** {@return whether this program may change fans, and see all that belongs to one} */
    public static boolean isPrivileged() {
        return Privileges.sufficient();
    }

    /**
     * Does nothing where {@link #isPrivileged} holds.
     *
     * @throws FanException NOT_PERMITTED when fans cannot be changed by this program
     */
    public static void requirePrivileges() {
        Privileges.require();
    }

    private <T> T privileged(Supplier<T> work) {
        if (kernel.isEmpty()) {
            requirePrivileges();
        }
        return work.get();
    }
}
