package io.fanatic.core;

import java.util.ArrayList;
import java.util.List;

/** Small helpers for reading what people write; no regex and no streams, which would slow the start of a command. */
public final class Text {

    private Text() {}

    /** The text in double quotes for a message; control characters are escaped, for a terminal would obey them. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                quoted.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** Blank, tab and the other control characters that C's isspace(3) knows; the line feed among them. */
    static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    /** What stands between white space. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (int at = skipSpace(text, 0); at < text.length(); ) {
            int end = skipWord(text, at);
            words.add(text.substring(at, end));
            at = skipSpace(text, end);
        }
        return words;
    }

    /** The first place from {@code at} on that is not white space, or the text's end. */
    static int skipSpace(String text, int at) {
        int end = at;
        while (end < text.length() && isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** The first place from {@code at} on that is white space, or the text's end. */
    static int skipWord(String text, int at) {
        int end = at;
        while (end < text.length() && !isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /**
     * Reads a decimal number without sign.
     *
     * @param flag the word before it, for the message
     * @throws IllegalArgumentException when the text is no number, or not from {@code least} to {@code most}
     */
    static int number(String flag, String text, int least, int most) {
        long value = text.isEmpty() || text.length() > 10 ? -1 : 0;
        for (int i = 0; i < text.length() && value >= 0; i++) {
            char c = text.charAt(i);
            value = c < '0' || c > '9' ? -1 : value * 10 + c - '0';
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    quote(text) + " after " + flag + " is not a number from " + least + " to " + most);
        }
        return (int) value;
    }

    /**
     * Reads a decimal prefix length without leading zeros, from {@code start} to the end of the text.
     *
     * @throws IllegalArgumentException when it is not one of that family, quoting it
     */
    static int prefixLength(String text, int start, IpFamily family) {
        int digits = text.length() - start;
        int value = digits < 1 || digits > 3 ? -1 : 0;
        for (int i = start; i < text.length() && value >= 0; i++) {
            char c = text.charAt(i);
            value = c < '0' || c > '9' ? -1 : value * 10 + c - '0';
        }
        boolean leadingZero = digits > 1 && text.charAt(start) == '0';
        if (value < 0 || value > family.bits() || leadingZero) {
            throw new IllegalArgumentException(quote(text.substring(start)) + " in " + quote(text)
                    + " is not a prefix length from 0 to " + family.bits());
        }
        return value;
    }

    /** @throws IllegalArgumentException when the value is not from {@code least} to {@code most} */
    static void requireRange(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " " + value + " is not from " + least + " to " + most);
        }
    }
}
