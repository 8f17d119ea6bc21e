package io.fanatic.harness.report;

import java.util.Locale;

/** How something that was tried, or not even tried, went. */
public enum Outcome {
    OK,
    FAILED,
    /** Not tried, since something before it had failed or it makes no sense here. */
    SKIPPED;

    /** {@code ok}, {@code failed} or {@code skipped}, as in the JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when it is none of the three words */
    static Outcome ofWord(String word) {
        for (Outcome each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException("\"" + word + "\" is not ok, failed or skipped");
    }
}
