package io.fanatic.cli.setup;

import java.util.ArrayList;
import java.util.List;

/** What a {@link Transition} comes to, in words for people. */
public record TransitionPlan(List<Part> parts) {

    /**
     * One of the things that change.
     *
     * @param title what is changed: {@code Docker}, {@code fan}, {@code /etc/network/fan}
     * @param lines what is done, in order
     * @param details the same to the last step, where {@code lines} are a summary; else empty
     * @param warnings what a person should know before
     * @param restarts whether an engine restarts
     */
    public record Part(
            String title, List<String> lines, List<String> details, List<String> warnings, boolean restarts) {
        public Part {
            lines = List.copyOf(lines);
            details = List.copyOf(details);
            warnings = List.copyOf(warnings);
        }

        static Part of(String title, String line) {
            return new Part(title, List.of(line), List.of(), List.of(), false);
        }
    }

    public TransitionPlan {
        parts = List.copyOf(parts);
    }

    /** Whether nothing is to be done. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (Part part : parts) {
            warnings.addAll(part.warnings());
        }
        return warnings;
    }
}
