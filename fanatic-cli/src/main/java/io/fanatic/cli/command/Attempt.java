package io.fanatic.cli.command;

import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Work whose failure is a sentence for a person. */
public final class Attempt {
    private Attempt() {}

    public interface Work {
        void run() throws IOException;
    }

    /** Work with files that finds something out. */
    public interface Question<T> {
        T ask() throws IOException;
    }

    /**
     * Does it.
     *
     * @param what as in {@code cannot write FILE: permission denied}
     * @throws CommandException (FAILED) saying so
     */
    public static void to(String what, Work work) {
        of(what, () -> {
            work.run();
            return true;
        });
    }

    /** As {@link #to}, of what has a result. */
    public static <T> T of(String what, Question<T> question) {
        try {
            return question.ask();
        } catch (IOException e) {
            throw CommandException.failed("cannot " + what + ": " + DurableFile.reason(e));
        }
    }

    /** Puts a text in place of a file's. */
    public static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void write(Path file, byte[] content) {
        to("write " + file, () -> DurableFile.replace(file, ByteBuffer.wrap(content)));
    }

    /** Makes something of what a person typed; an IllegalArgumentException is the usage error. */
    public static <T> T orUsage(Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }
}
