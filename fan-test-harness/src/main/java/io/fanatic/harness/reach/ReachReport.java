package io.fanatic.harness.reach;

import io.fanatic.core.FanMapping;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Rtt;
import io.fanatic.harness.report.Topology;
import io.fanatic.harness.throughput.Throughput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Tests of peers as one {@link Report}: this host and each other host are a pair. */
public final class ReachReport {
    /** What this host is called in it. */
    public static final String HERE = "this host";

    private ReachReport() {}

    /**
     * {@return the report}
     *
     * @param peers what came of each; those that no fan of this host leads to are pairs too, and failed
     * @param began {@link System#nanoTime} of the beginning
     */
    public static Report of(List<PeerReport> peers, long began) {
        List<Pair> pairs = new ArrayList<>();
        Map<String, Topology.Host> hosts = new LinkedHashMap<>();
        List<FanMapping> fans = new ArrayList<>();
        for (PeerReport report : peers) {
            Optional<Peer> peer = report.peer();
            String name = peer.map(each -> each.underlay().toString())
                    .orElse(report.given().toString());
            if (peer.isPresent()) {
                here(hosts, peer.get());
                hosts.put(
                        name,
                        new Topology.Host(
                                name, peer.get().underlay(), List.of(peer.get().address()), List.of()));
                FanMapping mapping = peer.get().fan().mapping();
                if (!fans.contains(mapping)) {
                    fans.add(mapping);
                }
            } else {
                Ipv4Address nowhere = (Ipv4Address) IpFamily.IPV4.unspecified();
                hosts.put(
                        name,
                        new Topology.Host(
                                name,
                                report.given() instanceof Ipv4Address given ? given : nowhere,
                                List.of(),
                                List.of()));
            }
            pairs.add(new Pair(HERE, name, stages(report)));
        }
        return Report.of("Hosts of the fan, from this host", conditions(peers))
                .with(new Topology(fans, List.copyOf(hosts.values())))
                .withPairs(pairs)
                .timedSince(began);
    }

    private static void here(Map<String, Topology.Host> hosts, Peer peer) {
        peer.fan().slices().stream()
                .findFirst()
                .ifPresent(slice -> hosts.putIfAbsent(
                        HERE,
                        new Topology.Host(HERE, slice.underlayAddress(), List.of(slice.hostAddress()), List.of())));
    }

    private static Conditions conditions(List<PeerReport> peers) {
        String congestion = "none";
        OptionalInt mtu = OptionalInt.empty();
        for (PeerReport report : peers) {
            for (Stage stage : report.stages()) {
                if (stage instanceof Stage.Rate rate && rate.result() instanceof Throughput.Measured measured) {
                    congestion = measured.conditions().congestion();
                }
            }
            if (report.peer().isPresent()) {
                mtu = OptionalInt.of(report.peer().get().fan().mtu());
            }
        }
        Conditions machine = Conditions.ofThisMachine(congestion);
        return new Conditions(
                machine.kernel(),
                machine.cpus(),
                machine.congestionControl(),
                OptionalInt.empty(),
                mtu,
                machine.version());
    }

    /** The explanation goes with the first stage that failed, or makes up for stages when there were none. */
    private static List<io.fanatic.harness.report.Stage> stages(PeerReport report) {
        Optional<Explanation> why = report.explanation();
        List<io.fanatic.harness.report.Stage> stages = new ArrayList<>();
        for (Stage stage : report.stages()) {
            boolean first = stage.status() == Stage.Status.FAILED && why.isPresent();
            stages.add(stage(stage, first ? why : Optional.empty()));
            if (first) {
                why = Optional.empty();
            }
        }
        why.ifPresent(
                left -> stages.add(io.fanatic.harness.report.Stage.failed("way", left.sentence(), report.advice())));
        return stages;
    }

    private static io.fanatic.harness.report.Stage stage(Stage stage, Optional<Explanation> why) {
        boolean ipv6 = stage instanceof Stage.ByIpv6;
        Stage inner = stage instanceof Stage.ByIpv6 other ? other.stage() : stage;
        Outcome outcome = switch (stage.status()) {
            case PASSED -> Outcome.OK;
            case FAILED -> Outcome.FAILED;
            case SKIPPED -> Outcome.SKIPPED;
        };
        String sentence = outcome == Outcome.OK
                ? ""
                : why.map(each -> stage.sentence() + ": " + each.sentence()).orElse(stage.sentence());
        return new io.fanatic.harness.report.Stage(
                stage.name(),
                outcome,
                seconds(inner),
                measured(inner),
                sentence,
                why.map(Explanation::command).orElse(""),
                ipv6 ? IpFamily.IPV6 : IpFamily.IPV4);
    }

    private static double seconds(Stage stage) {
        return stage instanceof Stage.Exchanged exchanged ? exchanged.nanos() / 1e9 : 0;
    }

    private static Measured measured(Stage stage) {
        if (stage instanceof Stage.Pinged pinged) {
            PingResult result = pinged.result();
            Measured loss =
                    Measured.NOTHING.withLoss(result.sent() == 0 ? 0 : 1 - (double) result.received() / result.sent());
            return result.received() == 0
                    ? loss
                    : loss.withRtt(
                            new Rtt(result.minNanos() / 1e6, result.averageNanos() / 1e6, result.p99Nanos() / 1e6));
        }
        if (stage instanceof Stage.Exchanged exchanged && exchanged.ok()) {
            return Measured.NOTHING.withBytes(exchanged.bytes());
        }
        if (stage instanceof Stage.Rate rate && rate.result() instanceof Throughput.Measured measured) {
            return Measured.NOTHING
                    .withBitsPerSecond(measured.bitsPerSecond())
                    .withStreams(measured.conditions().streams())
                    .withRetransmits(Math.max(0, measured.retransmits()));
        }
        return Measured.NOTHING;
    }
}
