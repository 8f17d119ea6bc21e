package io.fanatic.cli.setup;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanConfig;
import io.fanatic.netlink.engine.Fan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Leads fans, their lines in the configuration and the container engines from one state to another. A step that fails undoes
 * the steps before it, newest first; then what is there is compared with what was there before.
 */
public final class Transition {
    private static final String REMAINS = "what is left of incomplete fans";

    private final Host host;
    private final List<FanChange> changes;
    private final boolean force;
    private final boolean remains;

    private Transition(Host host, List<FanChange> changes, boolean force, boolean remains) {
        this.host = host;
        this.changes = List.copyOf(changes);
        this.force = force;
        this.remains = remains;
    }

    /** A transition of nothing. */
    public static Transition of(Host host) {
        return new Transition(host, List.of(), false, false);
    }

    /** This, and then that fan from one state to the other. */
    public Transition then(FanState from, FanState to) {
        List<FanChange> more = new ArrayList<>(changes);
        more.add(new FanChange(from, to));
        return new Transition(host, more, force, remains);
    }

    /** This, and also where containers lose the fan. */
    public Transition forced(boolean also) {
        return new Transition(host, changes, also, remains);
    }

    /** This, and then away with what is left of fans that never came up, or have lost their bridge. */
    public Transition andRemains() {
        return new Transition(host, changes, force, true);
    }

    /** The way back. */
    public Transition inverse() {
        List<FanChange> back = new ArrayList<>();
        for (int i = changes.size() - 1; i >= 0; i--) {
            back.add(changes.get(i).inverse());
        }
        return new Transition(host, back, force, false);
    }

    List<FanChange> changes() {
        return changes;
    }

    /**
     * What will be done, in words; nothing is touched.
     *
     * @throws CommandException (IN_USE, naming them) when containers would lose the fan, unless forced
     * @throws io.fanatic.core.FanException as bringing the fan up would, before its first step
     */
    public TransitionPlan plan() {
        refuseToCutOff();
        List<TransitionPlan.Part> parts = new ArrayList<>();
        for (FanChange change : changes) {
            parts.addAll(change.plan(host, force, changes.size() == 1));
        }
        List<String> left = remains ? remains() : List.of();
        if (!left.isEmpty()) {
            parts.add(new TransitionPlan.Part(REMAINS, left, List.of(), List.of(), false));
        }
        return new TransitionPlan(parts);
    }

    /** What goes that is no whole fan: of one that never came up, or has lost its bridge, nothing is in {@link #changes}. */
    private List<String> remains() {
        List<String> halves = new ArrayList<>();
        for (Fan fan : host.fans().list()) {
            if (fan.slices().isEmpty()) {
                halves.add("take away what is left of " + fan.overlay() + " over "
                        + fan.mapping().underlay());
            } else if (changes.isEmpty()) {
                return List.of();
            }
        }
        return changes.isEmpty() ? host.fans().planDownEverything().lines() : halves;
    }

    private void refuseToCutOff() {
        List<String> containers = new ArrayList<>();
        for (FanChange change : force ? List.<FanChange>of() : changes) {
            containers.addAll(change.containersCutOff(host));
        }
        if (!containers.isEmpty()) {
            throw CommandException.inUse("containers are on the fan: " + String.join(", ", containers)
                    + "; remove them first, or take the fan from them with --force");
        }
    }

    /**
     * Does it.
     *
     * @param interrupted asked between steps; true undoes what was done
     * @param say gets what a person should see of it
     * @throws CommandException UNDONE when a step failed and all was undone, NOT_UNDONE listing what differs; when the very
     *     first step failed, its own exception
     */
    public void apply(BooleanSupplier interrupted, Consumer<String> say) {
        Picture before = Picture.of(host, changes);
        List<Step> done = new ArrayList<>();
        for (FanChange change : changes) {
            for (Step step : change.steps(host, force, say)) {
                run(step, done, before, interrupted);
            }
        }
        if (remains) {
            run(new Step("clear " + REMAINS, host.fans()::downEverything, () -> {}), done, before, interrupted);
        }
    }

    private void run(Step step, List<Step> done, Picture before, BooleanSupplier interrupted) {
        if (interrupted.getAsBoolean()) {
            throw interrupted(undo(done, before), done.isEmpty());
        }
        // The failing step counts as done: it may be half made.
        done.add(step);
        try {
            step.apply().run();
        } catch (RuntimeException e) {
            throw failed(step, e, undo(done, before), done.size() == 1);
        }
    }

    private static CommandException interrupted(List<String> left, boolean first) {
        if (first) {
            return new CommandException(ExitCode.CANCELLED, "interrupted; no changes made");
        }
        return left.isEmpty()
                ? new CommandException(ExitCode.UNDONE, "interrupted; everything that was done is undone")
                : new CommandException(
                        ExitCode.NOT_UNDONE, "interrupted; these differ from before: " + String.join("; ", left));
    }

    private static RuntimeException failed(Step step, RuntimeException cause, List<String> left, boolean first) {
        if (left.isEmpty() && first) {
            return cause;
        }
        String what = "could not " + step.description() + ": " + cause.getMessage();
        CommandException failure = left.isEmpty()
                ? new CommandException(ExitCode.UNDONE, what + "; everything before it was undone")
                : new CommandException(
                        ExitCode.NOT_UNDONE,
                        what + "; undoing what came before did not succeed, these differ from before: "
                                + String.join("; ", left));
        failure.initCause(cause);
        return failure;
    }

    private List<String> undo(List<Step> done, Picture before) {
        List<String> trouble = new ArrayList<>();
        for (int i = done.size() - 1; i >= 0; i--) {
            try {
                done.get(i).undo().run();
            } catch (RuntimeException e) {
                trouble.add("undoing \"" + done.get(i).description() + "\": " + e.getMessage());
            }
        }
        try {
            List<String> differences = Picture.of(host, changes).differencesFrom(before);
            differences.addAll(differences.isEmpty() ? List.of() : trouble);
            return differences;
        } catch (RuntimeException e) {
            trouble.add("could not read the host back: " + e.getMessage());
            return trouble;
        }
    }

    /**
     * What is still there of fans that were to go, after a look at the host; empty when everything is as it was before them.
     *
     * @return one phrase for each: {@code LXD (250.0.0.0/8 over 10.0.0.45/16)}
     */
    public List<String> remaining() {
        List<String> left = new ArrayList<>();
        for (FanChange change : changes) {
            left.addAll(change.remaining(host));
        }
        return left;
    }

    /** What the undoing is checked against. */
    private record Picture(String fans, Optional<String> file, List<FanState> states) {

        static Picture of(Host host, List<FanChange> changes) {
            List<FanState> states = new ArrayList<>();
            for (FanChange change : changes) {
                states.add(host.observe(change.from().entry()));
                states.add(host.observe(change.to().entry()));
            }
            FanConfig config = host.file().read();
            return new Picture(host.fans().list().toString(), Optional.of(config.toString()), states);
        }

        List<String> differencesFrom(Picture before) {
            List<String> lines = new ArrayList<>();
            if (!fans.equals(before.fans)) {
                lines.add("the fans that are up");
            }
            if (!file.equals(before.file)) {
                lines.add("the configured fans");
            }
            for (int i = 0; i < states.size(); i++) {
                if (!states.get(i).engines().equals(before.states.get(i).engines())) {
                    lines.add("the container engines on " + states.get(i).name());
                }
            }
            return lines;
        }
    }
}
