package io.fanatic.cli.setup;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.TestContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A container engine that keeps in a file whether it is on a fan, and does what a test tells it. */
public final class FakeEngine implements ContainerEngine {
    /** Makes the container that a test runs against. */
    public interface Containers {
        TestContainer start(FanAttachment fan);
    }

    private final EngineKind kind;
    private final Path file;
    private final EngineStatus.State without;
    private final Containers containers;
    private final List<String> calls = new ArrayList<>();
    private List<String> onTheFan = List.of();
    private Set<String> stopped = Set.of();
    private boolean failing;

    /** @param without its state while it is not on the fan: OFF, ABSENT, UNUSABLE */
    public FakeEngine(EngineKind kind, Path directory, EngineStatus.State without, Containers containers) {
        this.kind = kind;
        this.file = directory.resolve("fake-" + kind.word());
        this.without = without;
        this.containers = containers;
    }

    /** One that can be used and has no image to test with. */
    public static FakeEngine usable(EngineKind kind, Path directory) {
        return new FakeEngine(kind, directory, EngineStatus.State.OFF, fan -> {
            throw new CommandException(ExitCode.FAILED, "there is no image");
        });
    }

    public static FakeEngine absent(EngineKind kind, Path directory) {
        return new FakeEngine(kind, directory, EngineStatus.State.ABSENT, fan -> {
            throw new CommandException(ExitCode.FAILED, kind.title() + " is not here");
        });
    }

    /** From now on it cannot be enabled, and fails half-way. */
    public void fail() {
        failing = true;
    }

    public void containersOnTheFan(String... names) {
        onTheFan = List.of(names);
    }

    public void stoppedOnTheFan(String... names) {
        stopped = Set.of(names);
    }

    public List<String> calls() {
        return calls;
    }

    @Override
    public EngineKind kind() {
        return kind;
    }

    private Optional<String> written() {
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(FanAttachment fan, EngineOptions options) {
        return fan.bridge() + " " + fan.slice().cidr() + (options.defaultBridge() ? " default" : " named");
    }

    @Override
    public EngineStatus status(FanAttachment fan) {
        Optional<String> written = written().filter(line -> line.startsWith(fan.bridge() + " "));
        return written.isPresent()
                ? new EngineStatus(EngineStatus.State.ENABLED, "fake: " + written.get())
                : new EngineStatus(without, "fake socket " + file);
    }

    @Override
    public EnginePlan planEnable(FanAttachment fan, EngineOptions options) {
        if (written().equals(Optional.of(line(fan, options)))) {
            return EnginePlan.nothing();
        }
        List<String> warnings = options.defaultBridge() ? List.of(kind.title() + " restarts") : List.of();
        return new EnginePlan(
                List.of("make " + kind.title() + " network " + fan.bridge()), warnings, options.defaultBridge());
    }

    @Override
    public EnginePlan enable(FanAttachment fan, EngineOptions options) {
        calls.add("enable " + line(fan, options) + (fan.dhcp() ? " dhcp" : ""));
        EnginePlan plan = planEnable(fan, options);
        write(line(fan, options));
        if (failing) {
            throw new CommandException(ExitCode.FAILED, kind.title() + " does not want to");
        }
        return plan;
    }

    private void write(String line) {
        try {
            Files.writeString(file, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public EnginePlan planDisable(FanAttachment fan) {
        return written().isEmpty()
                ? EnginePlan.nothing()
                : new EnginePlan(List.of("remove " + kind.title() + " network " + fan.bridge()), List.of(), false);
    }

    @Override
    public EnginePlan disable(FanAttachment fan, boolean force) {
        calls.add("disable " + fan.bridge() + (force ? " forced" : ""));
        EnginePlan plan = planDisable(fan);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return plan;
    }

    @Override
    public List<String> containersOn(FanAttachment fan) {
        return onTheFan;
    }

    @Override
    public Set<String> stoppedOn(FanAttachment fan) {
        return stopped;
    }

    @Override
    public TestContainer startTest(FanAttachment fan, Optional<String> image, Consumer<String> progress) {
        calls.add("test " + fan.bridge());
        return containers.start(fan);
    }
}
