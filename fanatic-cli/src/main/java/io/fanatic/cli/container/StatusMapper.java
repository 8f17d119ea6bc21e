package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.core.FanEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Puts how a thing of ours stands into an {@link EngineStatus}. */
public final class StatusMapper {
    private StatusMapper() {}

    /**
     * What the work says, or what it fails with: a status never throws.
     *
     * @param noted whether we have put the engine on the fan
     */
    public static EngineStatus status(BooleanSupplier noted, Supplier<EngineStatus> work) {
        try {
            return status(noted.getAsBoolean(), work);
        } catch (CommandException e) {
            return new EngineStatus(EngineStatus.State.UNUSABLE, String.valueOf(e.getMessage()));
        }
    }

    private static EngineStatus status(boolean noted, Supplier<EngineStatus> work) {
        try {
            return work.get();
        } catch (EngineUnavailableException e) {
            return noted ? e.notedStatus() : e.status();
        }
    }

    /**
     * The status by one thing.
     *
     * @param who the engine: {@code Docker 26.1.5 on /var/run/docker.sock}
     * @param what how the thing is called in short: {@code network fan-250}
     */
    public static EngineStatus of(String who, String what, JournaledResource journaled) {
        return switch (journaled.standing()) {
            case OURS -> new EngineStatus(EngineStatus.State.ENABLED, who + ", " + what);
            case OUTDATED ->
                new EngineStatus(
                        EngineStatus.State.ALTERED,
                        who + ": " + what + " is for the fan as it was before (" + journaled.differences()
                                + "); enable it again to renew it");
            case NOTED ->
                new EngineStatus(
                        EngineStatus.State.HALF,
                        who + ": its " + what
                                + ", of which fanatic has a record, is not there; enable or disable it again");
            case ALTERED ->
                new EngineStatus(
                        EngineStatus.State.ALTERED,
                        who + ": " + journaled.altered().getMessage());
            case FOREIGN ->
                new EngineStatus(
                        EngineStatus.State.OFF, who + "; its " + what + " was not made by fanatic and is in the way");
            case ABSENT -> new EngineStatus(EngineStatus.State.OFF, who);
        };
    }

    /** The fans that these notes are for. */
    public static List<FanEntry> noted(List<Journal> journals) {
        List<FanEntry> entries = new ArrayList<>();
        for (Journal journal : journals) {
            journal.read().flatMap(note -> FanAttachment.entry(note.fan())).ifPresent(entries::add);
        }
        return entries;
    }

    public static EnginePlan plan(List<String> steps) {
        return new EnginePlan(steps, List.of(), false);
    }
}
