package io.fanatic.cli.command;

import io.fanatic.core.Ipv4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/** Readers of the values of options; what they refuse is an {@link IllegalArgumentException} with one sentence. */
public final class Values {
    private Values() {}

    public static int number(String text, int least, int most) {
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Said below.
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a number from " + least + " to " + most);
    }

    public static Path path(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the name of a file is empty");
        }
        return Path.of(text);
    }

    public static int port(String text) {
        return number(text, 1, 65535);
    }

    /** {@code 127.0.0.1:9250} or {@code [::1]:9250}: an address, no name, and a port; 0 for any that is free. */
    public static InetSocketAddress socketAddress(String text) {
        int colon = text.lastIndexOf(':');
        String address = text.substring(0, Math.max(0, colon));
        if (!address.matches("[0-9.]+|\\[[0-9a-fA-F:.]+]")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an address and a port such as 127.0.0.1:9250 or [::1]:9250");
        }
        int port = number(text.substring(colon + 1), 0, 65535);
        try {
            // Of what looks like an address, no name is looked up.
            byte[] bytes = address.startsWith("[")
                    ? InetAddress.getByName(address).getAddress()
                    : ByteBuffer.allocate(4)
                            .putInt(Ipv4Address.parse(address).bits())
                            .array();
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("\"" + address + "\" is not an IPv6 address", e);
        }
    }

    /** {@code 10M}: K, M, G and T are powers of 1000 (rates) or of 1024 (bytes). */
    public static long scaled(String text, int base) {
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

    public static int bytes(String text, int least, int most) {
        long value = scaled(text, 1024);
        if (value < least || value > most) {
            throw new IllegalArgumentException(value + " bytes are not from " + least + " to " + most);
        }
        return (int) value;
    }

    /** {@code 90}, {@code 90s}, {@code 10m}, {@code 2h}; a tenth of a second to a year. */
    public static Duration duration(String text) {
        return duration(text, Duration.ofDays(365), "a year");
    }

    /** Up to an hour. */
    public static Duration shortDuration(String text) {
        return duration(text, Duration.ofHours(1), "an hour");
    }

    private static Duration duration(String text, Duration most, String mostInWords) {
        int unit = text.isEmpty() ? -1 : "smh".indexOf(text.charAt(text.length() - 1));
        String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
        double value;
        try {
            value = Double.parseDouble(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a time such as 90s, 10m or 2h", e);
        }
        double millis = value * 1000 * Math.pow(60, Math.max(0, unit));
        if (!(millis >= 100 && millis <= most.toMillis())) {
            throw new IllegalArgumentException("\"" + text + "\" is not from 0.1 seconds to " + mostInWords);
        }
        return Duration.ofMillis(Math.round(millis));
    }
}
