package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.core.FanEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** An engine that is put on the fan by one static file. */
public abstract class FileEngine implements ContainerEngine {
    private final EngineKind kind;
    private final Path journals;

    public FileEngine(EngineKind kind, Path journals) {
        this.kind = kind;
        this.journals = journals;
    }

    /** @throws EngineUnavailableException when the engine is not here or reads no such file */
    protected abstract void requireHere();

    /** The file for this fan. */
    protected abstract StaticFile file(FanAttachment fan);

    /** What a person should know before, one sentence each. */
    protected abstract List<String> warnings(FanAttachment fan);

    @Override
    public void sweep() {
        Journal.sweep(journals);
    }

    @Override
    public EngineKind kind() {
        return kind;
    }

    private JournaledResource keeper(FanAttachment fan) {
        return new JournaledResource(file(fan), journal(fan), fan);
    }

    private Journal journal(FanAttachment fan) {
        return Journal.of(journals, kind.word() + "-file-" + fan.bridge());
    }

    @Override
    public List<FanEntry> noted() {
        return StatusMapper.noted(Journal.all(journals, kind.word() + "-file-"));
    }

    @Override
    public EngineStatus status(FanAttachment fan) {
        // A file of ours can be taken away also when the engine is gone.
        return StatusMapper.status(() -> false, () -> {
            if (journal(fan).read().isEmpty()) {
                requireHere();
            }
            return StatusMapper.of(kind.title(), "file " + file(fan).path(), keeper(fan));
        });
    }

    @Override
    public EnginePlan planEnable(FanAttachment fan, EngineOptions options) {
        requireHere();
        return plan(fan, keeper(fan).enabling());
    }

    @Override
    public EnginePlan enable(FanAttachment fan, EngineOptions options) {
        requireHere();
        return HostLocks.run(() -> plan(fan, keeper(fan).enable()));
    }

    private EnginePlan plan(FanAttachment fan, List<String> steps) {
        return new EnginePlan(steps, steps.isEmpty() ? List.of() : warnings(fan), false);
    }

    @Override
    public EnginePlan planDisable(FanAttachment fan) {
        return StatusMapper.plan(keeper(fan).disabling());
    }

    @Override
    public EnginePlan disable(FanAttachment fan, boolean force) {
        return HostLocks.run(() -> StatusMapper.plan(keeper(fan).disable(force)));
    }

    @Override
    public List<String> containersOn(FanAttachment fan) {
        return file(fan).users();
    }

    @Override
    public Set<String> stoppedOn(FanAttachment fan) {
        return file(fan).containers().stopped();
    }

    @Override
    public TestContainer startTest(FanAttachment fan, Optional<String> image, Consumer<String> progress) {
        throw new CommandException(
                ExitCode.FAILED,
                "there is no local test for " + kind.title()
                        + ", which has no daemon to ask; the fan itself can be tested");
    }
}
