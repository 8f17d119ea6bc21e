package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** An engine that is put on the fan by one static file. */
public abstract class FileEngine extends NotedEngine {
    public FileEngine(EngineKind kind, Path journals) {
        super(kind, journals, "file");
    }

    /** @throws EngineUnavailableException when the engine is not here or reads no such file */
    protected abstract void requireHere();

    protected abstract StaticFile file(FanAttachment fan);

    /** What a person should know before, one sentence each. */
    protected abstract List<String> warnings(FanAttachment fan);

    private JournaledResource keeper(FanAttachment fan) {
        return new JournaledResource(file(fan), journal(fan), fan);
    }

    @Override
    public EngineStatus status(FanAttachment fan) {
        // A file of ours can be taken away also when the engine is gone.
        return StatusMapper.status(() -> false, () -> {
            if (journal(fan).read().isEmpty()) {
                requireHere();
            }
            return StatusMapper.of(kind().title(), "file " + file(fan).path(), keeper(fan));
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
        throw CommandException.failed("there is no local test for " + kind().title()
                + ", which has no daemon to ask; the fan itself can be tested");
    }
}
