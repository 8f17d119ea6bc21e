package io.fanatic.netlink.watch;

import io.fanatic.core.Direct;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.engine.Engine;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.HostLock;
import io.fanatic.netlink.kernel.LinuxKernel;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Keeps the fans of the configuration up, as if {@code fanctl up -a} were run after each change of the host. Between changes
 * it sleeps in poll(2): the kernel reports changes of links, addresses, routes, filters, forwarding (rtnetlink) and nftables, the
 * end of a DHCP server (pidfd) and the removal of eBPF programs (perf events).
 *
 * <pre>{@code
 * FanConfig config = FanConfig.readIfExists(Path.of(FanConfig.DEFAULT_FILE));
 * Watch.Listener listener = new Watch.Listener() {
 *     public void notice(Notice notice) {
 *         System.out.println(notice);
 *     }
 *
 *     public void resting(String status) {
 *         System.out.println(status);
 *     }
 * };
 * try (Watch watch = Watch.open(() -> config, listener)) {
 *     watch.run();       // until another thread calls watch.stop()
 * }
 * }</pre>
 *
 * <p>It does not fight {@code fanctl}: it works under the same locks, and treats a fan without any remains as taken down by it. Nor
 * does it react to its own changes: their events are read and discarded before the host is examined once more.
 */
public final class Watch implements AutoCloseable {
    /** Changes come in bursts; the repair waits for a lull, but not for ever. */
    private static final Duration LULL = Duration.ofMillis(100);

    private static final Duration LONGEST_BURST = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** After a repair the host is looked at again; by then something else may have happened. */
    private static final int MAX_LOOKS = 3;

    private static final int MAX_EVENTS = 20;

    /** Others may change their rules of nftables all the time. They are looked at as often as this, and some times sooner. */
    private static final Duration BETWEEN_RULES_OF_OTHERS = Duration.ofMinutes(1);

    private static final int SOONER = 5;

    private final Path runDirectory;
    private final Path stateDirectory;
    private final Supplier<LinuxKernel> kernels;
    private final Supplier<FanConfig> configuration;
    private final Listener listener;
    private final EventSources sources;
    private final Map<String, WatchedFan> charges = new LinkedHashMap<>();
    private final Set<String> events = new LinkedHashSet<>();
    private final Set<String> rulesOfOthers = new LinkedHashSet<>();
    private long nextRulesOfOthers = System.nanoTime();
    private final Backoff trouble = new Backoff();
    private Scope scope = Scope.NOTHING;
    private String status = "";
    private volatile boolean stopped;
    private volatile boolean reloading;

    /** Receives notices, on the watch's own thread. */
    public interface Listener {
        /**
         * Called once for each event, when it happens.
         *
         * @param notice what happened
         */
        void notice(Notice notice);

        /**
         * The host has been looked at, and the watch waits; told for the first time, after {@link Watch#reload}, and whenever the
         * status is another one.
         *
         * @param status how things stand, in a few words
         */
        void resting(String status);
    }

    /** @param kernels opens the kernel for each look */
    Watch(
            Path runDirectory,
            Path stateDirectory,
            Supplier<LinuxKernel> kernels,
            Supplier<FanConfig> configuration,
            Listener listener) {
        this.runDirectory = runDirectory;
        this.stateDirectory = stateDirectory;
        this.kernels = kernels;
        this.configuration = configuration;
        this.listener = listener;
        sources = new EventSources(runDirectory, stateDirectory);
    }

    /**
     * Watches the fans in the calling thread's network namespace, which must be the one that {@link #run}s it. Changes
     * from now on are seen.
     *
     * @param configuration reads the configuration
     * @param listener told of what happens, on the thread that {@link #run}s this
     * @return a watch that sees what happens from now on
     * @throws io.fanatic.core.FanaticException when the kernel tells nothing
     */
    public static Watch open(Supplier<FanConfig> configuration, Listener listener) {
        return open(Path.of("/run/fanatic"), Path.of("/var/lib/fanatic"), configuration, listener);
    }

    /**
     * As {@link #open(Supplier, Listener)}, with other directories than /run/fanatic and /var/lib/fanatic, for fans of an
     * {@link io.fanatic.netlink.FanNetwork#keepingStateIn embedder} that has its own.
     *
     * @param run for the lock and DHCP servers
     * @param state for the journal and DHCP leases
     * @param configuration reads the configuration
     * @param listener told of what happens, on the thread that {@link #run}s this
     * @return a watch that sees what happens from now on
     */
    public static Watch open(Path run, Path state, Supplier<FanConfig> configuration, Listener listener) {
        return new Watch(run, state, () -> new LinuxKernel(run, state), configuration, listener);
    }

    /** Ends {@link #run}; from any thread. */
    public void stop() {
        stopped = true;
        sources.wake();
    }

    /** Reads the configuration again and brings up whatever it says, also what was taken down; from any thread. */
    public void reload() {
        reloading = true;
        sources.wake();
    }

    /**
     * Brings the fans up, then repairs them until {@link #stop}.
     *
     * @throws RuntimeException when the configuration cannot be read at first; later that is only told
     */
    public void run() {
        read(configuration.get(), false);
        if (!sources.seePrograms()) {
            notice(
                    Notice.Kind.TROUBLE,
                    "this kernel does not tell of eBPF programs that are taken away (perf_event_open): on tcx hooks"
                            + " that is noticed only with the next event");
        }
        while (!stopped) {
            if (pause().filter(Duration.ZERO::equals).isPresent()) {
                work();
            }
            sayStatus();
            boolean something = sources.await(timeout());
            if ((something || rulesOfOthersAreDue()) && !stopped) {
                settle();
            }
            if (reloading) {
                reloading = false;
                readAgain();
            }
        }
    }

    /** After how long there is something to do; empty when there is nothing. */
    private Optional<Duration> pause() {
        long now = System.nanoTime();
        Optional<Duration> least = Optional.empty();
        for (WatchedFan watched : charges.values()) {
            Duration left = later(watched.backoff().left(now), trouble.left(now));
            if (watched.due() && (least.isEmpty() || left.compareTo(least.get()) < 0)) {
                least = Optional.of(left);
            }
        }
        return least;
    }

    /** As {@link #pause}, or until rules of others are looked at. */
    private Optional<Duration> timeout() {
        Optional<Duration> pause = pause();
        if (rulesOfOthers.isEmpty()) {
            return pause;
        }
        Duration left = untilRulesOfOthers();
        return pause.isPresent() && pause.get().compareTo(left) < 0 ? pause : Optional.of(left);
    }

    private Duration untilRulesOfOthers() {
        Duration left = Duration.ofNanos(nextRulesOfOthers - System.nanoTime())
                .minus(BETWEEN_RULES_OF_OTHERS.multipliedBy(SOONER));
        return isOver(left) ? Duration.ZERO : left;
    }

    private boolean rulesOfOthersAreDue() {
        return !rulesOfOthers.isEmpty() && untilRulesOfOthers().isZero();
    }

    private static Duration later(Duration one, Duration other) {
        Duration later = one.compareTo(other) > 0 ? one : other;
        return isOver(later) ? Duration.ZERO : later;
    }

    private static boolean isOver(Duration left) {
        return left.isZero() || left.isNegative();
    }

    /** Reads a burst of events to its end; when one of them concerns us, every fan is due. */
    private void settle() {
        long end = System.nanoTime() + LONGEST_BURST.toNanos();
        boolean complete = sources.read(scope, events::add, rulesOfOthers::add);
        while ((!events.isEmpty() || rulesOfOthersAreDue() || !complete)
                && !stopped
                && System.nanoTime() < end
                && sources.await(Optional.of(LULL))) {
            complete &= sources.read(scope, events::add, rulesOfOthers::add);
        }
        if (rulesOfOthersAreDue()) {
            long now = System.nanoTime();
            nextRulesOfOthers =
                    (nextRulesOfOthers - now > 0 ? nextRulesOfOthers : now) + BETWEEN_RULES_OF_OTHERS.toNanos();
            events.addAll(rulesOfOthers);
            rulesOfOthers.clear();
        }
        int told = 0;
        for (String event : events) {
            if (++told <= MAX_EVENTS) {
                notice(Notice.Kind.EVENT, event);
            }
        }
        if (told > MAX_EVENTS) {
            notice(Notice.Kind.EVENT, "and " + (told - MAX_EVENTS) + " more");
        }
        events.clear();
        if (!complete) {
            notice(Notice.Kind.LOST, "the kernel's event queue overflowed; everything is checked");
        }
        if (told > 0 || !complete) {
            charges.values().forEach(watched -> watched.due(true));
        }
    }

    /** Looks at every fan that is due, and repairs it. */
    private void work() {
        try (HostLock setup = HostLock.take(runDirectory, "setup.lock", TIMEOUT);
                HostLock lock = HostLock.take(runDirectory, stateDirectory, TIMEOUT)) {
            reread();
            for (int looks = 0;
                    looks < MAX_LOOKS && pause().filter(Duration.ZERO::equals).isPresent();
                    looks++) {
                look();
            }
            trouble.reset();
        } catch (RuntimeException e) {
            trouble.failed(System.nanoTime());
            // A run of fanatic(1) may hold the lock while Docker restarts.
            if (!(e instanceof FanException busy && busy.reason() == FanException.Reason.IN_USE)) {
                notice(Notice.Kind.TROUBLE, String.valueOf(e.getMessage()));
            }
        }
    }

    /** One look; who had to be repaired stays due, until a look finds nothing to do. */
    private void look() {
        try (LinuxKernel kernel = kernels.get();
                NetlinkSocket socket = NetlinkSocket.open()) {
            Engine engine = new Engine(kernel);
            // In this order: what happens after the reading is an event, what happened before is seen by the look.
            boolean complete = sources.read(Scope.NOTHING, event -> {}, event -> {});
            readScope(engine, socket);
            Reconciler reconciler = new Reconciler(engine, charges.values(), listener::notice);
            for (WatchedFan watched : charges.values()) {
                watched.due(watched.due() || !complete);
                if (watched.due() && isOver(watched.backoff().left(System.nanoTime()))) {
                    watched.due(look(reconciler, watched));
                }
            }
        }
    }

    private static boolean look(Reconciler reconciler, WatchedFan watched) {
        try {
            return reconciler.look(watched);
        } catch (FanException e) {
            reconciler.say(watched, Notice.Kind.TROUBLE, String.valueOf(e.getMessage()));
            boolean passes = e.reason() == FanException.Reason.UNDONE || e.reason() == FanException.Reason.NOT_UNDONE;
            // What is in the way goes with an event; a failed step is tried again.
            if (passes) {
                watched.backoff().failed(System.nanoTime());
            }
            return passes;
        } catch (RuntimeException e) {
            reconciler.say(watched, Notice.Kind.TROUBLE, String.valueOf(e.getMessage()));
            watched.backoff().failed(System.nanoTime());
            return true;
        }
    }

    private void readScope(Engine engine, NetlinkSocket socket) {
        Set<String> names = new HashSet<>();
        Set<String> bridges = new HashSet<>();
        List<Ipv4Prefix> overlays = new ArrayList<>();
        Set<Ipv6Prefix> ipv6Overlays = new HashSet<>();
        List<Ipv4Prefix> underlays = new ArrayList<>();
        boolean fast = false;
        for (WatchedFan watched : charges.values()) {
            FanEntry entry = watched.entry();
            overlays.add(entry.overlay());
            entry.options().overlay6().ifPresent(ipv6Overlays::add);
            bridges.add(entry.options().bridge().orElse(FanNames.bridge(entry.overlay())));
            names.add(FanNames.tunnel(entry.overlay()));
            entry.underlay().underlay().ifPresent(underlays::add);
            watched.address().ifPresent(address -> underlays.add(address.network()));
            if (entry.underlay() instanceof UnderlaySpec.Device device) {
                names.add(device.name());
            }
        }
        for (Fan fan : engine.list()) {
            if (overlays.contains(fan.overlay())) {
                fast |= fan.fast() || fan.direct() != Direct.OFF;
                bridges.add(fan.bridge());
                names.add(fan.tunnel());
                underlays.add(fan.mapping().underlay());
            }
        }
        names.addAll(bridges);
        scope = Scope.read(socket, names, overlays, ipv6Overlays, underlays, fast);
        sources.watchServers(bridges);
    }

    private void readAgain() {
        try {
            read(configuration.get(), false);
        } catch (RuntimeException e) {
            notice(Notice.Kind.TROUBLE, e.getMessage() + "; the configuration read before stays in force");
            return;
        }
        charges.values().forEach(WatchedFan::reset);
        trouble.reset();
        status = "";
        notice(Notice.Kind.RELOADED, charges.size() + (charges.size() == 1 ? " fan" : " fans"));
    }

    /** Options may have changed since; new lines wait until somebody brings them up. */
    private void reread() {
        try {
            read(configuration.get(), true);
        } catch (RuntimeException halfWritten) {
            // It is reported when the configuration is read again on request.
        }
    }

    private void read(FanConfig config, boolean quietly) {
        if (!quietly) {
            config.problems().forEach(problem -> notice(Notice.Kind.TROUBLE, String.valueOf(problem.getMessage())));
        }
        Set<String> found = new HashSet<>();
        for (FanConfig.Line line : config.lines()) {
            FanEntry entry = line.entry();
            if (!entry.options().off()) {
                found.add(WatchedFan.key(entry));
                charges.computeIfAbsent(WatchedFan.key(entry), key -> new WatchedFan(entry, quietly))
                        .entry(entry);
            }
        }
        charges.keySet().retainAll(found);
    }

    private void notice(Notice.Kind kind, String text) {
        listener.notice(new Notice(kind, Notice.HOST, text));
    }

    private void sayStatus() {
        int down = 0;
        int troubled = 0;
        for (WatchedFan watched : charges.values()) {
            down += watched.down() ? 1 : 0;
            troubled += watched.down() || watched.isWell() ? 0 : 1;
        }
        String now = charges.size() + (charges.size() == 1 ? " fan" : " fans") + " watched"
                + (down == 0 ? "" : ", " + down + " taken down")
                + (troubled == 0 ? "" : ", " + troubled + " in trouble");
        if (!now.equals(status)) {
            status = now;
            listener.resting(now);
        }
    }

    /** Fans stay as they are. */
    @Override
    public void close() {
        sources.close();
    }
}
