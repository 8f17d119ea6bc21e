package io.fanatic.cli.command;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;

/** A value from the command line, declared as a field of a {@link Command} and read in its {@code run}. */
public final class Option<T> {
    private final ArgSpec spec;

    Option(ArgSpec spec) {
        this.spec = spec;
    }

    /** What was given, or empty. */
    public Optional<T> value() {
        return Optional.ofNullable(raw());
    }

    /** What was given, or {@code otherwise}. */
    public T or(T otherwise) {
        T given = raw();
        return given == null ? otherwise : given;
    }

    /** What was given for a required option; the parser has seen to it. */
    public T required() {
        T given = raw();
        if (given == null) {
            throw new IllegalStateException(spec.paramLabel() + " was read as required but not declared so");
        }
        return given;
    }

    private @Nullable T raw() {
        return spec.getValue();
    }
}
