package io.fanatic.cli.container;

import java.util.ArrayList;
import java.util.List;

/**
 * What enabling or disabling an engine comes to, in words; also tells what was done.
 *
 * @param steps one sentence each, in order; empty when there is nothing to do
 * @param warnings what a person should know before: that the engine restarts, and which containers that stops
 * @param restarts whether the engine restarts
 */
public record EnginePlan(List<String> steps, List<String> warnings, boolean restarts) {

    public EnginePlan {
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
    }

    public static EnginePlan nothing() {
        return new EnginePlan(List.of(), List.of(), false);
    }

    /** The same with more warnings, where there is anything to do. */
    public EnginePlan warning(List<String> more) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(isEmpty() ? List.of() : more);
        return new EnginePlan(steps, all, restarts);
    }

    public boolean isEmpty() {
        return steps.isEmpty();
    }
}
