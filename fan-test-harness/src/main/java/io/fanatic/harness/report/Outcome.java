package io.fanatic.harness.report;

import java.util.Locale;

/** How something that was tried, or not even tried, went. */
public enum Outcome {
    /** It was tried and went well. */
    OK,
    /** It was tried and did not. */
    FAILED,
    /** Not tried, since something before it had failed or it makes no sense here. */
    SKIPPED;

    /** {@return the word for it, as in the JSON: {@code ok}, {@code failed} or {@code skipped}} */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
