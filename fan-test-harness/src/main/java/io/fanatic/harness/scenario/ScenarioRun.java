package io.fanatic.harness.scenario;

import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabLink;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.LabReport;
import io.fanatic.harness.proof.NodePair;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/** A {@link Scenario} done in a lab of its own, which is gone afterwards whatever happened. */
public final class ScenarioRun {
    private static final String GROUP = "scenario";
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    /** Nobody answers: there is no use in waiting long. */
    private static final Duration ABSENCE_TIMEOUT = Duration.ofMillis(150);

    private static final Duration LOSS_TIMEOUT = Duration.ofMillis(100);
    private static final int MAX_NAMED = 3;

    private final Scenario scenario;
    private final LabSpec spec;
    private final Set<Integer> stopped = new HashSet<>();

    /**
     * A run that has not begun.
     *
     * @param scenario what to do
     * @param labName of the lab that is made for it
     */
    public ScenarioRun(Scenario scenario, String labName) {
        this.scenario = scenario;
        this.spec = new LabSpec(
                labName,
                scenario.lab().fans(),
                scenario.lab().addresses(),
                scenario.lab().containers(),
                scenario.lab().underlayMtu(),
                scenario.lab().segmentPrefixLength());
    }

    /**
     * Makes the lab, does every step, takes the lab away. An expectation that does not hold is a failed trial, and the
     * steps go on; a step that cannot be done ends the run, and the rest is skipped.
     *
     * @param listener hears what came of each step
     * @return what came of all steps
     * @throws io.fanatic.harness.lab.LabException when there is a lab of that name already
     */
    public Report run(Consumer<Trial> listener) {
        long began = System.nanoTime();
        try (Lab lab = Lab.up(spec)) {
            lab.memberships().forEach(this::fanUp);
            lab.containers().forEach(lab::attach);
            LabReport found = new LabReport(lab);
            boolean broken = false;
            for (int i = 0; i < scenario.steps().size(); i++) {
                Step step = scenario.steps().get(i);
                String name = (i + 1) + ". " + step.text();
                Trial trial = broken
                        ? new Trial(GROUP, name, Outcome.SKIPPED, 0, "a step before it could not be done", "")
                        : tryStep(lab, found, step, i + 1, name);
                broken |= trial.outcome() == Outcome.FAILED && !expects(step);
                found.trial(trial);
                listener.accept(trial);
            }
            return found.report(scenario.title(), began);
        }
    }

    private static boolean expects(Step step) {
        return step instanceof Step.Reach || step instanceof Step.Throughput || step instanceof Step.Loss;
    }

    private void fanUp(LabHost host) {
        new EmbeddedFan(scenario.options(host.number(), host.slice().mapping())).up(host);
    }

    private void fanDown(LabHost host) {
        new EmbeddedFan(scenario.options(host.number(), host.slice().mapping())).down(host);
    }

    private Trial tryStep(Lab lab, LabReport found, Step step, int number, String name) {
        long began = System.nanoTime();
        List<String> wrong;
        String right;
        try {
            if (step instanceof Step.Reach reach) {
                List<NodePair> pairs = pairs(lab, reach.ends());
                wrong = reach.reachable() ? reach(lab, found, number, pairs) : unreachable(lab, pairs);
                right = reach.reachable()
                        ? pairs(pairs) + " by ping and by checksummed TCP"
                        : pairs(pairs) + ", neither by ping nor by TCP";
            } else if (step instanceof Step.Throughput throughput) {
                List<NodePair> pairs = pairs(lab, throughput.ends());
                wrong = throughput(lab, found, number, pairs, throughput);
                right = pairs(pairs);
            } else if (step instanceof Step.Loss loss) {
                List<NodePair> pairs = pairs(lab, loss.ends());
                wrong = loss(pairs, loss);
                right = pairs(pairs) + ", " + loss.packets() + " packets each";
            } else {
                act(lab, step);
                wrong = List.of();
                right = "";
            }
        } catch (RuntimeException e) {
            wrong = List.of(String.valueOf(e.getMessage()));
            right = "";
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return wrong.isEmpty()
                ? new Trial(GROUP, name, Outcome.OK, seconds, right, "")
                : new Trial(GROUP, name, Outcome.FAILED, seconds, "line " + step.line() + ": " + few(wrong), "");
    }

    private static String pairs(List<NodePair> pairs) {
        return pairs.size() == 1 ? "1 pair" : pairs.size() + " pairs";
    }

    private static String few(List<String> sentences) {
        return sentences.size() <= MAX_NAMED
                ? String.join("; ", sentences)
                : String.join("; ", sentences.subList(0, MAX_NAMED)) + "; and " + (sentences.size() - MAX_NAMED)
                        + " more";
    }

    private void act(Lab lab, Step step) {
        if (step instanceof Step.Stop stop) {
            stop(lab, host(lab, stop.host()));
        } else if (step instanceof Step.Start start) {
            start(lab, host(lab, start.host()));
        } else if (step instanceof Step.Link change) {
            LabLink link = new LabLink(lab, host(lab, change.host()));
            change.mtu().ifPresent(link::setMtu);
            change.rate().ifPresent(link::setRate);
            change.loss().ifPresent(link::setLoss);
            change.up().ifPresent(link::setUp);
        }
    }

    private void stop(Lab lab, LabHost host) {
        if (stopped.add(host.number())) {
            lab.containersOf(host).forEach(lab::detach);
            lab.spec().fans().forEach(fan -> fanDown(host.in(fan)));
            new LabLink(lab, host).setUp(false);
        }
    }

    private void start(Lab lab, LabHost host) {
        if (stopped.remove(host.number())) {
            new LabLink(lab, host).setUp(true);
            lab.spec().fans().forEach(fan -> fanUp(host.in(fan)));
            lab.containersOf(host).forEach(lab::attach);
        }
    }

    private static LabHost host(Lab lab, int number) {
        return lab.hosts().get(number - 1);
    }

    /** A pair that fails is tried once more: another lab's load is no finding. */
    private static List<String> reach(Lab lab, LabReport found, int number, List<NodePair> pairs) {
        try (Proof proof = new Proof(lab, TIMEOUT, Progress.UNHEARD)) {
            List<Check.Pinged> pings = new ArrayList<>(proof.pings(pairs));
            List<Check.Pinged> again = proof.pings(Proof.which(pairs, pings, false));
            for (int i = 0, next = 0; i < pings.size(); i++) {
                if (!pings.get(i).ok()) {
                    pings.set(i, again.get(next++));
                }
            }
            List<NodePair> answering = Proof.which(pairs, pings, true);
            List<Check.Transferred> data = proof.transfers(answering, Proof.SHORT);
            found.pings("ping, step " + number, pairs, pings);
            found.transfers("data, step " + number, answering, data, false);
            List<String> wrong = new ArrayList<>(wrong(pings));
            wrong.addAll(wrong(data));
            return wrong;
        }
    }

    private static List<String> wrong(List<? extends Check> checks) {
        return checks.stream().filter(check -> !check.ok()).map(Check::sentence).toList();
    }

    private static List<String> unreachable(Lab lab, List<NodePair> pairs) {
        try (Proof proof = new Proof(lab, ABSENCE_TIMEOUT, Progress.UNHEARD)) {
            List<String> wrong = new ArrayList<>();
            for (Check.Pinged ping : proof.pings(pairs)) {
                if (ping.result().received() > 0) {
                    wrong.add(ping.sentence());
                }
            }
            for (Check.Transferred transfer : proof.transfers(pairs, Proof.SHORT)) {
                if (transfer.result().ok()) {
                    wrong.add(transfer.sentence());
                }
            }
            return wrong;
        }
    }

    private static List<String> throughput(
            Lab lab, LabReport found, int number, List<NodePair> pairs, Step.Throughput wanted) {
        try (Proof proof = new Proof(lab, Duration.ofSeconds(6), Progress.UNHEARD)) {
            List<Check.Transferred> checks = proof.throughput(pairs, Proof.LONG);
            found.transfers("throughput, step " + number, pairs, checks, true);
            List<String> wrong = new ArrayList<>(wrong(checks));
            for (Check.Transferred check : checks) {
                // Both ways together is what the result knows.
                double rate = check.result().bytesPerSecond() * 8 / 2;
                boolean slow = rate < wanted.atLeast().orElse(0);
                boolean fast = rate > wanted.atMost().orElse(Long.MAX_VALUE);
                if (check.ok() && (slow || fast)) {
                    wrong.add(check.from().name() + " to " + check.to() + " moved " + Quantity.rate(rate));
                }
            }
            return wrong;
        }
    }

    private static List<String> loss(List<NodePair> pairs, Step.Loss wanted) {
        List<String> wrong = new ArrayList<>();
        try (Probes probes = Probes.open()) {
            for (NodePair pair : pairs) {
                PingResult result = Ping.to(pair.destination())
                        .withCount(wanted.packets())
                        .withPayload(wanted.bytes())
                        .withTimeout(LOSS_TIMEOUT)
                        .start(probes, pair.from().namespace())
                        .join();
                double lost = 1 - (double) result.received() / result.sent();
                if (outside(lost, wanted.atLeast(), wanted.atMost())) {
                    wrong.add(pair + " lost " + Quantity.percent(lost));
                }
            }
        }
        return wrong;
    }

    private static boolean outside(double value, OptionalDouble least, OptionalDouble most) {
        return value < least.orElse(0) || value > most.orElse(1);
    }

    /** By IPv4, and those that have an IPv6 overlay by IPv6 as well. */
    private List<NodePair> pairs(Lab lab, List<Step.Ends> ends) {
        List<NodePair> pairs = new ArrayList<>(pairsByIpv4(lab, ends));
        if (pairs.isEmpty()) {
            throw new LabException(
                    "there is nothing to try: fewer than two hosts or containers of a fan run; start a host before");
        }
        pairs.addAll(Proof.byIpv6(pairs));
        return pairs;
    }

    private List<NodePair> pairsByIpv4(Lab lab, List<Step.Ends> ends) {
        if (ends.isEmpty()) {
            return Selection.sensible(lab).pairs().stream()
                    .filter(pair -> runs(pair.from()) && runs(pair.to()))
                    .toList();
        }
        List<NodePair> everything = Selection.everything(lab).pairs();
        List<NodePair> pairs = new ArrayList<>();
        for (Step.Ends each : ends) {
            int before = pairs.size();
            for (NodePair pair : everything) {
                boolean asked = pair.from().name().equals(each.from())
                        && (each.to().equals("all") || pair.to().name().equals(each.to()));
                if (asked) {
                    pairs.add(pair);
                }
            }
            if (pairs.size() == before) {
                // Containers of different fans: each has its address, and whether they meet is for the step to say.
                LabNode from = lab.node(each.from()).orElseThrow();
                pairs.add(new NodePair(from, lab.node(each.to()).orElseThrow()));
            }
        }
        return pairs;
    }

    private boolean runs(LabNode node) {
        return !stopped.contains(node.host().number());
    }
}
