package io.fanatic.harness.reach;

import java.util.Locale;

/** Numbers for people. */
public final class Units {
    private Units() {}

    /**
     * {@return a rate for people, with three digits: {@code 902 Mbit/s}}
     *
     * @param rate bits per second, 0 or more
     */
    public static String bitsPerSecond(double rate) {
        if (rate >= 1e9) {
            return three(rate / 1e9) + " Gbit/s";
        }
        return rate >= 1e6 ? three(rate / 1e6) + " Mbit/s" : three(rate / 1e3) + " kbit/s";
    }

    private static String three(double value) {
        int digits = value < 10 ? 2 : value < 100 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
