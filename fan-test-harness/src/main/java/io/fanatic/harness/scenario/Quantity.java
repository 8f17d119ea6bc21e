package io.fanatic.harness.scenario;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with a unit, as a scenario writes them. */
final class Quantity {
    private static final Pattern RATE = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?) ?(bit|kbit|Mbit|Gbit)/s");
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,4})?) ?%");
    private static final Map<String, Long> UNITS =
            Map.of("bit", 1L, "kbit", 1_000L, "Mbit", 1_000_000L, "Gbit", 1_000_000_000L);
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private Quantity() {}

    /**
     * {@code 100 Mbit/s} as bit/s.
     *
     * @throws IllegalArgumentException when it is not such a thing
     */
    static long rate(String text) {
        Matcher matcher = RATE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a rate; write it as in 100 Mbit/s, with bit, kbit, Mbit or Gbit");
        }
        return new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(UNITS.getOrDefault(matcher.group(2), 1L)))
                .longValue();
    }

    /**
     * {@code 2.5 %} as 0.025.
     *
     * @throws IllegalArgumentException when it is not such a thing, or more than 100 %
     */
    static double percent(String text) {
        Matcher matcher = PERCENT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a share; write it as in 2.5 %");
        }
        BigDecimal percent = new BigDecimal(matcher.group(1));
        if (percent.compareTo(HUNDRED) > 0) {
            throw new IllegalArgumentException(text + " is more than everything");
        }
        return percent.divide(HUNDRED).doubleValue();
    }

    static String rate(double bitsPerSecond) {
        String[] units = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
        int unit = 0;
        double value = bitsPerSecond;
        while (value >= 1000 && unit + 1 < units.length) {
            value /= 1000;
            unit++;
        }
        return plain(value) + " " + units[unit];
    }

    static String percent(double share) {
        return plain(share * 100) + " %";
    }

    private static String plain(double value) {
        BigDecimal rounded = new BigDecimal(value)
                .setScale(value < 100 ? 2 : 0, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        return rounded.scale() < 0 ? rounded.setScale(0).toPlainString() : rounded.toPlainString();
    }
}
