package io.fanatic.cli.command;

import java.io.FileDescriptor;
import java.io.InputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes.
 *
 * @param in answers, for the few commands that ask
 * @param out what was asked for, and nothing else
 * @param err errors and progress
 */
public record Console(InputStream in, PrintStream out, PrintStream err) {

    /** This process's own; System.out and System.err are the same from now on. */
    public static Console ofThisProcess() {
        System.setOut(CleanStream.to(FileDescriptor.out, "stdout.encoding"));
        System.setErr(CleanStream.to(FileDescriptor.err, "stderr.encoding"));
        return new Console(System.in, System.out, System.err);
    }

    /** One without anything to read. */
    public Console(PrintStream out, PrintStream err) {
        this(InputStream.nullInputStream(), out, err);
    }
}
