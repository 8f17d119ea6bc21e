package io.fanatic.cli.container;

import io.fanatic.cli.container.journal.Journal;
import io.fanatic.core.FanEntry;
import java.nio.file.Path;
import java.util.List;

/** An engine that is put on a fan by one thing in it, of which there is a note. */
abstract class NotedEngine implements ContainerEngine {
    private final EngineKind kind;
    private final Path journals;
    private final String prefix;

    /** @param thing what is made in the engine, a word: {@code network} */
    NotedEngine(EngineKind kind, Path journals, String thing) {
        this.kind = kind;
        this.journals = journals;
        this.prefix = kind.word() + "-" + thing + "-";
    }

    @Override
    public final void sweep() {
        Journal.sweep(journals);
    }

    @Override
    public final EngineKind kind() {
        return kind;
    }

    @Override
    public List<FanEntry> noted() {
        return StatusMapper.noted(Journal.all(journals, prefix));
    }

    protected final Journal journal(FanAttachment fan) {
        return Journal.of(journals, prefix + fan.bridge());
    }
}
