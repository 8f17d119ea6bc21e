package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import java.util.List;
import java.util.function.Supplier;

/** Puts how a thing of ours stands into an {@link EngineStatus}. */
final class Standings {
    private Standings() {}

    /** What the work says, or what it fails with: a status never throws. */
    static EngineStatus status(Supplier<EngineStatus> work) {
        try {
            return work.get();
        } catch (UnusableException e) {
            return e.status();
        } catch (CommandException e) {
            return new EngineStatus(EngineStatus.State.UNUSABLE, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The status by one thing.
     *
     * @param who the engine: {@code Docker 26.1.5 on /var/run/docker.sock}
     * @param what how the thing is called in short: {@code network fan-250}
     */
    static EngineStatus of(String who, String what, Keeper keeper) {
        switch (keeper.standing()) {
            case OURS:
                return new EngineStatus(EngineStatus.State.ENABLED, who + ", " + what);
            case OUTDATED:
                return new EngineStatus(
                        EngineStatus.State.ALTERED,
                        who + ": " + what + " is for the fan as it was before; enable it again to renew it");
            case NOTED:
                return new EngineStatus(
                        EngineStatus.State.HALF,
                        who + ": its " + what
                                + ", of which fanatic has a note, is not there; enable or disable it again");
            case ALTERED:
                return new EngineStatus(
                        EngineStatus.State.ALTERED,
                        who + ": " + keeper.altered().getMessage());
            case FOREIGN:
                return new EngineStatus(
                        EngineStatus.State.OFF, who + "; its " + what + " was not made by fanatic and is in the way");
            default:
                return new EngineStatus(EngineStatus.State.OFF, who);
        }
    }

    static EnginePlan plan(List<String> steps) {
        return new EnginePlan(steps, List.of(), false);
    }
}
