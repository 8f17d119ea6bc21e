package io.fanatic.harness.reach;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Pings many hosts at once, on the underlay and in the fan, to find addresses without a host: in a mostly empty network
 * each of them would otherwise cost seconds. Hosts that answer anything get a test of their own.
 */
final class PingSweep {
    /** More would fill the kernel's queue of packets that wait for ARP. */
    private static final int AT_ONCE = 64;

    private static final int PINGS = 1;

    private final Map<Ipv4Address, PingResult> silent = new HashMap<>();

    private PingSweep() {}

    /** One that has found nothing out. */
    static PingSweep none() {
        return new PingSweep();
    }

    /**
     * Takes about twice the timeout for each 64 hosts that are not there.
     *
     * @param guards makes what tells how the counters of a fan move
     * @param progress hears how many are done
     */
    static PingSweep of(
            List<Peer> peers,
            Namespace host,
            Probes probes,
            Function<Fan, GuardWatch> guards,
            Duration timeout,
            IntConsumer progress) {
        Map<Fan, GuardWatch> watches = new HashMap<>();
        for (Peer peer : peers) {
            watches.computeIfAbsent(peer.fan(), guards);
        }
        PingSweep sweep = new PingSweep();
        Map<Peer, PingResult> unanswered = new HashMap<>();
        ArrayDeque<Trial> running = new ArrayDeque<>();
        int done = 0;
        for (Peer peer : peers) {
            if (running.size() == AT_ONCE) {
                running.remove().end(unanswered);
                progress.accept(++done);
            }
            running.add(new Trial(
                    peer, ping(peer.address(), host, probes, timeout), ping(peer.underlay(), host, probes, timeout)));
        }
        for (Trial trial : running) {
            trial.end(unanswered);
            progress.accept(++done);
        }
        for (Map.Entry<Peer, PingResult> entry : unanswered.entrySet()) {
            Peer peer = entry.getKey();
            GuardWatch watch = watches.get(peer.fan());
            // An answer that the guard refused may be anybody's of these: then each must be looked at alone.
            if (watch != null && watch.growth(Counter.RECEIVE_SPOOFED) == 0) {
                sweep.silent.put(peer.underlay(), entry.getValue());
            }
        }
        return sweep;
    }

    private record Trial(Peer peer, CompletableFuture<PingResult> fan, CompletableFuture<PingResult> underlay) {
        void end(Map<Peer, PingResult> unanswered) {
            if (fan.join().received() == 0 && underlay.join().received() == 0) {
                unanswered.put(peer, fan.join());
            }
        }
    }

    private static CompletableFuture<PingResult> ping(
            Ipv4Address address, Namespace host, Probes probes, Duration timeout) {
        return Ping.to(address).withCount(PINGS).withTimeout(timeout).start(probes, host);
    }

    /** What came of the pings in the fan, where nothing at all was answered; empty when there is more to find out. */
    Optional<PingResult> silent(Peer peer) {
        return Optional.ofNullable(silent.get(peer.underlay()));
    }
}
