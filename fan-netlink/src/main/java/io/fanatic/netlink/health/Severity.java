package io.fanatic.netlink.health;

import java.util.Locale;

/** How bad a finding is. */
public enum Severity {
    /** Something does not work. */
    ERROR,
    /** Something does not work for some packets, or soon will not. */
    WARNING,
    /** Nothing is broken; somebody should know. */
    NOTE;

    /** {@return the word for it, lower case: {@code error}, {@code warning} or {@code note}} */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
