package io.fanatic.harness.proof;

import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.report.Report;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a fan has to do, tried on a lab, one stage after the other: each pair is pinged, those that answer move a
 * few bytes, and those that can move many, one at a time. {@code fanatic lab test} as calls:
 *
 * <pre>{@code
 * try (Proof proof = new Proof(lab)) {
 *     Report report = new TestRun(lab, Selection.sensible(lab), proof).runAll().report();
 * }
 * }</pre>
 */
public final class TestRun {
    private static final String NO_ANSWER = "ping got no answer";
    private static final String NO_DATA = "not even a few bytes got through";

    private final Lab lab;
    private final Selection selection;
    private final Proof proof;
    private final LabReport found;
    private final long began = System.nanoTime();
    private List<NodePair> answering = List.of();
    private List<NodePair> moving = List.of();

    /**
     * A run that has not begun.
     *
     * @param lab whose fans are up
     * @param selection which pairs are tried
     * @param proof of the same lab
     */
    public TestRun(Lab lab, Selection selection, Proof proof) {
        this(lab, selection, proof, new LabReport(lab).note(selection.notes()));
    }

    private TestRun(Lab lab, Selection selection, Proof proof, LabReport found) {
        this.lab = lab;
        this.selection = selection;
        this.proof = proof;
        this.found = found;
    }

    /** {@return the stages between pairs once more, by IPv6, as part of the same report; empty where no two hosts have an IPv6 overlay} */
    public Optional<TestRun> ipv6() {
        List<NodePair> pairs = Proof.byIpv6(selection.pairs());
        List<NodePair> throughput = Proof.byIpv6(selection.throughput());
        return pairs.isEmpty()
                ? Optional.empty()
                : Optional.of(new TestRun(lab, new Selection(pairs, throughput, List.of()), proof, found));
    }

    /**
     * Does all stages in their order.
     *
     * @return this
     */
    public TestRun runAll() {
        reach();
        ipv6().ifPresent(TestRun::reach);
        wayOut();
        lies();
        return this;
    }

    private void reach() {
        pings();
        data();
        throughput();
    }

    /**
     * The first stage: who answers whom, with packets that fill the MTU.
     *
     * @return one check for each pair
     */
    public List<Check.Pinged> pings() {
        List<Check.Pinged> checks = proof.pings(selection.pairs());
        answering = Proof.which(selection.pairs(), checks, true);
        found.pings("ping", selection.pairs(), checks);
        return checks;
    }

    /**
     * The second stage: a few bytes each way, checksummed, between those that answered.
     *
     * @return one check for each such pair
     */
    public List<Check.Transferred> data() {
        List<Check.Transferred> checks = proof.transfers(answering, Proof.SHORT);
        moving = Proof.which(answering, checks, true);
        found.transfers("data", answering, checks, false);
        found.skipped("data", less(selection.pairs(), answering), NO_ANSWER);
        return checks;
    }

    /**
     * The third stage: many bytes each way, checksummed, one pair at a time.
     *
     * @return one check for each pair measured
     */
    public List<Check.Transferred> throughput() {
        List<NodePair> pairs = new ArrayList<>(selection.throughput());
        pairs.retainAll(new HashSet<>(moving));
        List<Check.Transferred> checks = proof.throughput(pairs, Proof.LONG);
        found.transfers("throughput", pairs, checks, true);
        found.skipped("throughput", less(selection.throughput(), pairs), NO_DATA);
        return checks;
    }

    /**
     * What containers say to the outside arrives there as said by their host.
     *
     * @return one check for each container
     */
    public List<Check.Transferred> wayOut() {
        List<Check.Transferred> checks = proof.transfersOutside(Proof.SHORT);
        found.trials("way out", checks);
        return checks;
    }

    /**
     * Frames with somebody else's address are refused.
     *
     * @return one check for each kind of forgery
     */
    public List<Check.Spoofed> lies() {
        List<Check.Spoofed> checks = proof.spoofs();
        found.trials("lies", checks);
        return checks;
    }

    /** {@return a report of what was found so far} */
    public Report report() {
        return found.report("Lab " + lab.spec().name(), began);
    }

    private static List<NodePair> less(List<NodePair> all, List<NodePair> some) {
        List<NodePair> rest = new ArrayList<>(all);
        rest.removeAll(new HashSet<>(some));
        return rest;
    }
}
