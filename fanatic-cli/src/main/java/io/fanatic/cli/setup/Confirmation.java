package io.fanatic.cli.setup;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A change that is undone by itself unless somebody confirms it in time: a file in the run directory that says what was
 * changed and by when, and a process of its own (no terminal, no parent) that watches it. Who takes the file away decides:
 * {@link #confirm} to keep the change, the watcher to undo it.
 */
public final class Confirmation {
    private static final int MAX_BYTES = 1 << 20;

    private final Path file;
    private final Path log;

    private Confirmation(Path runDirectory) {
        file = runDirectory.resolve("confirm.json");
        log = runDirectory.resolve("confirm.log");
    }

    public static Confirmation on(Host host) {
        return new Confirmation(host.runDirectory());
    }

    /**
     * What waits.
     *
     * @param applier number of the process that makes the change
     * @param seconds how long there is, from the moment at which the change is made
     * @param deadline in milliseconds since 1970; empty while the change is being made
     * @param json the whole
     */
    record Pending(long applier, int seconds, Optional<Long> deadline, JsonObject json) {

        /** The change, to be undone. */
        Transition transition(Host host) {
            Transition transition = Transition.of(host);
            try {
                for (JsonElement each : json.getAsJsonArray("changes")) {
                    JsonObject change = each.getAsJsonObject();
                    transition = transition.then(
                            FanStateJson.read(change.getAsJsonObject("from")),
                            FanStateJson.read(change.getAsJsonObject("to")));
                }
            } catch (RuntimeException damaged) {
                throw CommandException.failed("confirm.json does not say what is to be undone (" + damaged.getMessage()
                        + "); undo it with fanatic deconfigure");
            }
            return transition;
        }
    }

    /** Where the watcher tells what it does. */
    public Path log() {
        return log;
    }

    /** Whether a change waits for its confirmation. */
    public boolean waits() {
        return Files.exists(file);
    }

    /** @throws CommandException IN_USE when a change waits for its confirmation: what is there now may be taken back */
    public void requireNone() {
        if (pending().isPresent()) {
            throw CommandException.inUse(
                    "a change is waiting for confirmation; run \"fanatic confirm\", or wait until it is rolled back");
        }
    }

    /** Writes down what is about to be changed. */
    void prepare(Transition transition, int seconds) {
        JsonObject json = JsonValues.object(
                "schema", 1, "applier", ProcessHandle.current().pid(), "seconds", seconds);
        json.add(
                "changes",
                JsonValues.array(
                        transition.changes(),
                        change -> JsonValues.object(
                                "from", FanStateJson.write(change.from()), "to", FanStateJson.write(change.to()))));
        write(json);
    }

    /** The change is made: the time begins. */
    public void begin() {
        Pending pending = pending().orElseThrow(() -> CommandException.failed(file + " has gone meanwhile"));
        JsonObject json = pending.json();
        json.addProperty("deadline", System.currentTimeMillis() + pending.seconds() * 1000L);
        write(json);
    }

    Optional<Pending> pending() {
        try {
            JsonObject json = JsonParser.parseString(
                            new String(DurableFile.read(file, MAX_BYTES), StandardCharsets.UTF_8))
                    .getAsJsonObject();
            Optional<Long> deadline =
                    json.has("deadline") ? Optional.of(json.get("deadline").getAsLong()) : Optional.empty();
            return Optional.of(new Pending(
                    json.get("applier").getAsLong(), json.get("seconds").getAsInt(), deadline, json));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            throw CommandException.failed("cannot read " + file + ": " + e.getMessage());
        }
    }

    /** Keeps the change. False when none waits (any more): only one can rename a file. */
    public boolean confirm() {
        Path taken = file.resolveSibling("confirm." + ProcessHandle.current().pid());
        try {
            Files.move(file, taken, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(taken);
            return true;
        } catch (NoSuchFileException late) {
            return false;
        } catch (IOException e) {
            throw CommandException.failed("cannot take " + file + " away: " + DurableFile.reason(e));
        }
    }

    private void write(JsonObject json) {
        Attempt.write(file, json + "\n");
    }
}
