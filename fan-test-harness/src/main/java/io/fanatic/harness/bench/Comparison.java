package io.fanatic.harness.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One load on the paths, measured in turns.
 *
 * @param routes static routes, beside a fan without encapsulation
 */
public record Comparison(Load load, Result fan, Result plain, Result bare, Optional<Result> routes) {

    /** Without static routes. */
    public Comparison(Load load, Result fan, Result plain, Result bare) {
        this(load, fan, plain, bare, Optional.empty());
    }

    /** In the order of reports. */
    public List<Result> results() {
        List<Result> all = new ArrayList<>(List.of(fan, plain, bare));
        routes.ifPresent(all::add);
        return all;
    }

    /**
     * More waiting than this says more about the machine than about the fan: the differences of interest are of that size. On
     * the fan's own path the kernel itself takes the CPU, to free each packet's tunnel metadata: that is the fan's cost, and not
     * counted as a disturbance.
     */
    private static final double MAX_WAITED = 0.01;

    /** Median of the fan's rates by median of the plain VXLAN's. */
    public double fanOfPlain() {
        return fan.ratioTo(plain);
    }

    /** Median of the fan's rates by median of those of the bar's path. */
    public double fanOf(Bar bar) {
        return fan.ratioTo(of(bar));
    }

    /** Whether the fan keeps at least the bar's share of the rate of its path. */
    public Verdict verdict(Bar bar) {
        if (of(bar).waited() > MAX_WAITED || bare.waited() > MAX_WAITED) {
            return Verdict.DISTURBED;
        }
        return fanOf(bar) >= bar.ratio() ? Verdict.MET : Verdict.NOT_MET;
    }

    private Result of(Bar bar) {
        return results().stream()
                .filter(each -> each.path().equals(bar.path()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not measured: " + bar.path()));
    }

    /** What can be said. */
    public enum Verdict {
        MET,
        NOT_MET,
        /** Other work took the CPUs, so that nothing can be said. */
        DISTURBED
    }
}
