package io.fanatic.harness.report;

import io.fanatic.core.IpFamily;

/**
 * One thing that was tried between a pair.
 *
 * @param name a short word: {@code ping}, {@code data}, {@code throughput}
 * @param outcome how it went
 * @param seconds how long it took; 0 when nobody looked
 * @param measured its figures
 * @param explanation what went wrong, or why it was skipped, in one sentence; empty when there is nothing to say
 * @param command what to type to look further or to repair it; empty when there is nothing to propose
 * @param family of the addresses between which it was tried
 */
public record Stage(
        String name,
        Outcome outcome,
        double seconds,
        Measured measured,
        String explanation,
        String command,
        IpFamily family) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when the name is blank, or the time negative or no number
     */
    public Stage {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a stage needs a name");
        }
        Measured.requireAmount("seconds", seconds);
    }

    /**
     * A stage by IPv4.
     *
     * @param name a short word
     * @param outcome how it went
     * @param seconds how long it took; 0 when nobody looked
     * @param measured its figures
     * @param explanation what went wrong, or why it was skipped; empty when there is nothing to say
     * @param command what to type to look further or to repair it; may be empty
     */
    public Stage(String name, Outcome outcome, double seconds, Measured measured, String explanation, String command) {
        this(name, outcome, seconds, measured, explanation, command, IpFamily.IPV4);
    }

    /**
     * {@return a stage that passed, without figures and time}
     *
     * @param name such as {@code ping}; the same for every pair
     */
    public static Stage ok(String name) {
        return new Stage(name, Outcome.OK, 0, Measured.NOTHING, "", "");
    }

    /**
     * {@return a stage that failed, without figures and time}
     *
     * @param name such as {@code ping}; the same for every pair
     * @param explanation for a person
     * @param command what to type to look further or to repair it; may be empty
     */
    public static Stage failed(String name, String explanation, String command) {
        return new Stage(name, Outcome.FAILED, 0, Measured.NOTHING, explanation, command);
    }

    /**
     * {@return a stage that was not tried}
     *
     * @param name such as {@code ping}; the same for every pair
     * @param explanation why, for a person
     */
    public static Stage skipped(String name, String explanation) {
        return new Stage(name, Outcome.SKIPPED, 0, Measured.NOTHING, explanation, "");
    }

    /**
     * {@return the same with these figures}
     *
     * @param figures what was measured
     */
    public Stage with(Measured figures) {
        return new Stage(name, outcome, seconds, figures, explanation, command, family);
    }

    /**
     * {@return the same with the time that it took}
     *
     * @param value seconds, 0 or more
     */
    public Stage withSeconds(double value) {
        return new Stage(name, outcome, value, measured, explanation, command, family);
    }

    /**
     * {@return the same by addresses of that family}
     *
     * @param value the family
     */
    public Stage withFamily(IpFamily value) {
        return new Stage(name, outcome, seconds, measured, explanation, command, value);
    }
}
