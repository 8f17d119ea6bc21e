package io.fanatic.harness.report;

/**
 * Something that was tried and is not about the reachability of a pair: a step or an expectation of a scenario, the way
 * out, a forged frame that must be refused.
 *
 * @param group what it belongs to: {@code scenario}, {@code way out}
 * @param name what was tried, unique in its group
 * @param outcome how it went
 * @param seconds how long it took; 0 when nobody looked
 * @param explanation what was found, in one sentence; may be empty
 * @param command what to type to look further; empty when there is nothing to propose
 */
public record Trial(String group, String name, Outcome outcome, double seconds, String explanation, String command) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when group or name is blank, or the time negative or no number
     */
    public Trial {
        if (group.isBlank() || name.isBlank()) {
            throw new IllegalArgumentException("a trial needs a group and a name");
        }
        Measured.requireAmount("seconds", seconds);
    }
}
