package io.fanatic.harness.bench;

/** One load on the three paths, measured in turns. */
public record Comparison(Load load, Result fan, Result plain, Result bare) {

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

    /**
     * Whether the fan keeps at least this share of the plain VXLAN's rate.
     *
     * @param bar such as 0.97
     */
    public Verdict verdict(double bar) {
        if (plain.waited() > MAX_WAITED || bare.waited() > MAX_WAITED) {
            return Verdict.DISTURBED;
        }
        return fanOfPlain() >= bar ? Verdict.MET : Verdict.NOT_MET;
    }

    /** What can be said. */
    public enum Verdict {
        MET,
        NOT_MET,
        /** Other work took the CPUs, so that nothing can be said. */
        DISTURBED
    }
}
