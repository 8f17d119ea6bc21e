package io.fanatic.cli.command;

import io.fanatic.core.FanConfigException;
import java.util.function.BiConsumer;

/** Collects what goes wrong while work goes on with the rest; the first failure decides the exit code. */
public final class Failures {
    private final Console console;
    private final BiConsumer<String, ExitCode> heard;
    private ExitCode exitCode = ExitCode.DONE;

    public Failures(Console console) {
        this(console, (sentence, code) -> {});
    }

    /** @param heard is given each failure, too */
    public Failures(Console console, BiConsumer<String, ExitCode> heard) {
        this.console = console;
        this.heard = heard;
    }

    /** A bad line, which knows its place. */
    public void add(FanConfigException problem) {
        add(String.valueOf(problem.getMessage()), ExitCode.USAGE);
    }

    /** Does a piece of work; a failure is printed with the place it belongs to. */
    public void guard(String place, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            add(place + ": " + e.getMessage(), ExitCode.of(e));
        }
    }

    private void add(String sentence, ExitCode code) {
        console.err().println("fanctl: " + sentence);
        heard.accept(sentence, code);
        if (exitCode == ExitCode.DONE) {
            exitCode = code;
        }
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
