package io.fanatic.cli.reach;

import java.time.Duration;

/** Readers of option values. */
final class Values {
    private Values() {}

    static int number(String text, int least, int most) {
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number", e);
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(value + " is not from " + least + " to " + most);
        }
        return value;
    }

    static int port(String text) {
        return number(text, 1, 65535);
    }

    /** {@code 10M}: K, M, G and T are powers of 1000 (rates) or of 1024 (bytes). */
    static long scaled(String text, int base) {
        int at = text.isEmpty() ? -1 : "KMGT".indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
        String digits = at < 0 ? text : text.substring(0, text.length() - 1);
        double value;
        try {
            value = Double.parseDouble(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number such as 10M", e);
        }
        double scaled = value * Math.pow(base, at + 1);
        if (!(scaled >= 0 && scaled < Long.MAX_VALUE)) {
            throw new IllegalArgumentException("\"" + text + "\" is out of range");
        }
        return (long) scaled;
    }

    static int bytes(String text, int least, int most) {
        long value = scaled(text, 1024);
        if (value < least || value > most) {
            throw new IllegalArgumentException(value + " bytes are not from " + least + " to " + most);
        }
        return (int) value;
    }

    /** {@code 90}, {@code 90s}, {@code 10m}, {@code 2h}. */
    static Duration duration(String text) {
        int unit = text.isEmpty() ? -1 : "smh".indexOf(text.charAt(text.length() - 1));
        String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
        double value;
        try {
            value = Double.parseDouble(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a time such as 90s, 10m or 2h", e);
        }
        double millis = value * 1000 * Math.pow(60, Math.max(0, unit));
        if (!(millis >= 100 && millis <= 365.0 * 24 * 3600 * 1000)) {
            throw new IllegalArgumentException("\"" + text + "\" is not from 0.1 seconds to a year");
        }
        return Duration.ofMillis(Math.round(millis));
    }
}
