package io.fanatic.harness.report.format;

import java.util.Arrays;

/**
 * Where a value lies between the lowest and the highest, 0 to 1: by its logarithm when the highest is more than ten times the
 * lowest, so that one outlier does not make all others look alike.
 *
 * @param low the lowest value
 * @param high the highest value, above it or equal
 * @param logarithmic whether ratios count instead of differences
 */
record Scale(double low, double high, boolean logarithmic) {
    private static final double MAX_LINEAR = 10;

    /** @param sorted ascending, at least one */
    static Scale over(double[] sorted) {
        double low = sorted[0];
        double high = sorted[sorted.length - 1];
        return new Scale(low, high, low > 0 && high / low > MAX_LINEAR);
    }

    /**
     * For colours: at least from half to whole, so that noise does not look like a finding; of a hundred values and more the
     * outermost two of a hundred share the colour of their neighbours, so that a few do not make all others look alike.
     */
    static Scale forColours(double[] sorted) {
        int cut = sorted.length < 100 ? 0 : sorted.length / 50;
        Scale scale = over(Arrays.copyOfRange(sorted, cut, sorted.length - cut));
        return new Scale(Math.min(scale.low, scale.high / 2), scale.high, scale.logarithmic);
    }

    double share(double value) {
        if (high <= low) {
            return 0.5;
        }
        double share = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return Math.max(0, Math.min(1, share));
    }

    /** The value that lies there. */
    double at(double share) {
        return logarithmic ? low * Math.pow(high / low, share) : low + (high - low) * share;
    }
}
