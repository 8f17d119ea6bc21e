package io.fanatic.harness.report.format;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers for people: three digits that count, and a unit that suits. */
final class Figures {
    /**
     * A unit.
     *
     * @param name as printed
     * @param size how much of the base unit it is
     */
    record Unit(String name, double size) {
        String number(double value) {
            return Figures.number(value / size);
        }

        String withUnit(double value) {
            return number(value) + " " + name;
        }
    }

    private static final Unit[] RATES = {
        new Unit("bit/s", 1), new Unit("kbit/s", 1e3), new Unit("Mbit/s", 1e6), new Unit("Gbit/s", 1e9)
    };
    private static final Unit[] TIMES = {new Unit("µs", 1e-3), new Unit("ms", 1), new Unit("s", 1e3)};
    private static final Unit[] SIZES = {
        new Unit("bytes", 1), new Unit("KiB", 1 << 10), new Unit("MiB", 1 << 20), new Unit("GiB", 1 << 30)
    };

    private Figures() {}

    /** The largest unit in which this many bit/s are at least 1. */
    static Unit rateUnit(double bitsPerSecond) {
        return unit(RATES, bitsPerSecond);
    }

    /** The largest unit in which this many milliseconds are at least 1. */
    static Unit timeUnit(double millis) {
        return unit(TIMES, millis);
    }

    private static Unit unit(Unit[] units, double value) {
        Unit best = units[0];
        for (Unit unit : units) {
            if (value >= unit.size()) {
                best = unit;
            }
        }
        return best;
    }

    static String rate(double bitsPerSecond) {
        return rateUnit(bitsPerSecond).withUnit(bitsPerSecond);
    }

    static String time(double millis) {
        return timeUnit(millis).withUnit(millis);
    }

    static String size(long bytes) {
        return unit(SIZES, bytes).withUnit(bytes);
    }

    static String seconds(double value) {
        return value < 120
                ? String.format(Locale.ROOT, value < 10 ? "%.1f s" : "%.0f s", value)
                : String.format(Locale.ROOT, "%d min %d s", (long) value / 60, (long) value % 60);
    }

    /** {@code 0.0712}, {@code 1.24}, {@code 12.4}, {@code 1240}. */
    static String number(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
        if (rounded.signum() == 0) {
            return "0";
        }
        // A whole number has no digits to lose: 1240, not 1.24E+3.
        return rounded.scale() < 0 ? rounded.setScale(0).toPlainString() : rounded.toPlainString();
    }

    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
