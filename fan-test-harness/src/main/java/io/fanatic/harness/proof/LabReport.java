package io.fanatic.harness.proof;

import io.fanatic.core.FanMapping;
import io.fanatic.core.IpFamily;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Rtt;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.Topology;
import io.fanatic.harness.report.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what was found in a lab, and makes a {@link Report} of it. */
public final class LabReport {
    private static final int VXLAN_OVERHEAD = 50;
    private static final String CONGESTION = "cubic";

    private final Lab lab;
    private final Map<Ends, List<Stage>> stages = new LinkedHashMap<>();
    private final List<Trial> trials = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Diagnosis diagnosis;

    /** Two names: a host has one, in however many fans it is. */
    private record Ends(String from, String to) {}

    /**
     * An empty report about a lab.
     *
     * @param lab gives topology and conditions
     */
    public LabReport(Lab lab) {
        this.lab = lab;
        this.diagnosis = new Diagnosis(lab);
    }

    /**
     * Adds what a reader must know to understand the rest.
     *
     * @param sentences a note each
     * @return this
     */
    public LabReport note(List<String> sentences) {
        notes.addAll(sentences);
        return this;
    }

    /**
     * Adds what came of the pings of these pairs, in their order.
     *
     * @param name of the stage: {@code ping}
     * @param tried the pairs
     * @param checks one for each pair
     * @return this
     */
    public LabReport pings(String name, List<NodePair> tried, List<Check.Pinged> checks) {
        for (int i = 0; i < tried.size(); i++) {
            PingResult result = checks.get(i).result();
            Measured measured = Measured.NOTHING.withLoss(1 - (double) result.received() / Math.max(1, result.sent()));
            if (result.received() > 0) {
                // Of fewer than a hundred round trips the 99th percentile is the longest (nearest rank).
                measured = measured.withRtt(
                        new Rtt(result.minNanos() / 1e6, result.averageNanos() / 1e6, result.maxNanos() / 1e6));
            }
            add(tried.get(i), stage(name, tried.get(i), checks.get(i)).with(measured));
        }
        return this;
    }

    /**
     * Adds what came of transfers between these pairs, in their order.
     *
     * @param name of the stage: {@code data} or {@code throughput}
     * @param tried the pairs
     * @param checks one for each pair
     * @param rated whether the rate means something: not when several ran at once, or few bytes were moved
     * @return this
     */
    public LabReport transfers(String name, List<NodePair> tried, List<Check.Transferred> checks, boolean rated) {
        for (int i = 0; i < tried.size(); i++) {
            TransferResult result = checks.get(i).result();
            Measured measured = Measured.NOTHING;
            if (result.ok()) {
                measured = measured.withBytes(2 * result.bytes()).withStreams(1);
                measured = rated ? measured.withBitsPerSecond(result.bytesPerSecond() * 8) : measured;
            }
            add(
                    tried.get(i),
                    stage(name, tried.get(i), checks.get(i)).with(measured).withSeconds(result.nanos() / 1e9));
        }
        return this;
    }

    /**
     * Adds checks that are not about a pair.
     *
     * @param group the heading they come under
     * @param checks one trial each
     * @return this
     */
    public LabReport trials(String group, List<? extends Check> checks) {
        for (Check check : checks) {
            String name = check instanceof Check.Transferred transfer
                    ? transfer.from().name() + " to " + transfer.to()
                    : ((Check.Spoofed) check).what();
            trial(new Trial(group, name, check.ok() ? Outcome.OK : Outcome.FAILED, 0, check.sentence(), ""));
        }
        return this;
    }

    /**
     * Adds a trial.
     *
     * @param trial as it is
     * @return this
     */
    public LabReport trial(Trial trial) {
        trials.add(trial);
        return this;
    }

    /**
     * Adds that something was not even tried between these pairs, and why.
     *
     * @param name of the stage
     * @param pairs between which it was not tried
     * @param reason for a person
     * @return this
     */
    public LabReport skipped(String name, List<NodePair> pairs, String reason) {
        pairs.forEach(pair -> add(pair, Stage.skipped(name(name, pair), reason).withFamily(pair.family())));
        return this;
    }

    private Stage stage(String stage, NodePair pair, Check check) {
        String name = name(stage, pair);
        return (check.ok() ? Stage.ok(name) : diagnosis.of(name, pair, check)).withFamily(pair.family());
    }

    private void add(NodePair pair, Stage stage) {
        Ends ends = new Ends(pair.from().name(), pair.to().name());
        stages.computeIfAbsent(ends, each -> new ArrayList<>()).add(stage);
    }

    /** Hosts meet in each of their fans: beyond the first the stage says in which. */
    private String name(String word, NodePair pair) {
        FanMapping fan = pair.fan();
        String stage = pair.family() == IpFamily.IPV4 ? word : pair.family() + " " + word;
        return fan.equals(lab.spec().mapping()) || pair.to() instanceof LabContainer
                ? stage
                : stage + " over " + fan.overlay();
    }

    /**
     * All of it.
     *
     * @param title of the report
     * @param began {@link System#nanoTime} of the beginning
     * @return the report
     */
    public Report report(String title, long began) {
        List<Pair> result = new ArrayList<>();
        stages.forEach((ends, found) -> result.add(new Pair(ends.from, ends.to, found)));
        int mtu = lab.spec().underlayMtu();
        return Report.of(title, Conditions.ofThisMachine(CONGESTION).withMtu(mtu, mtu - VXLAN_OVERHEAD))
                .timedSince(began)
                .with(topology(lab))
                .withNotes(notes)
                .withTrials(trials)
                .withPairs(result);
    }

    static Topology topology(Lab lab) {
        List<Topology.Host> hosts = new ArrayList<>();
        for (LabHost host : lab.hosts()) {
            hosts.add(new Topology.Host(
                    host.name(),
                    host.underlayAddress(),
                    lab.spec().fans().stream()
                            .map((FanMapping fan) -> host.in(fan).address())
                            .toList(),
                    lab.containersOf(host).stream()
                            .map(container -> new Topology.Container(container.name(), container.address()))
                            .toList()));
        }
        return new Topology(lab.spec().fans(), hosts);
    }
}
