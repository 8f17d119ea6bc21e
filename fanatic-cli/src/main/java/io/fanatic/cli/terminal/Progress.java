package io.fanatic.cli.terminal;

import io.fanatic.cli.command.CleanStream;
import io.fanatic.cli.command.Console;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells that something still goes on: one line on standard error that appears after a second, counts the seconds and goes
 * away with the work. Says nothing where standard error is no terminal. A dumb terminal gets a line that stays.
 */
public final class Progress {
    private final PrintStream err;
    private final boolean shown;
    private final boolean dumb;

    private Progress(PrintStream err, boolean shown, boolean dumb) {
        this.err = err;
        this.shown = shown;
        this.dumb = dumb;
    }

    public static Progress on(Console console) {
        boolean real = console.err() == System.err;
        return new Progress(
                CleanStream.unfiltered(console.err()), real && Terminals.isTerminal(2), real && Terminals.isDumb());
    }

    /** A line for a person who waits; nothing for a program. */
    public void note(String line) {
        if (shown) {
            err.println(line);
        }
    }

    /** Does the work, telling after a second that {@code what} is going on. */
    public <T> T during(String what, Supplier<T> work) {
        if (!shown) {
            return work.get();
        }
        CountDownLatch done = new CountDownLatch(1);
        Thread teller = new Thread(() -> tell(what, done), "progress");
        teller.setDaemon(true);
        teller.start();
        try {
            return work.get();
        } finally {
            done.countDown();
            join(teller);
        }
    }

    private void tell(String what, CountDownLatch done) {
        int width = 0;
        try {
            for (int seconds = 1; !done.await(1, TimeUnit.SECONDS); seconds++) {
                String text = what + " ... " + seconds + " s";
                // A line that the terminal breaks could not be taken back.
                text = text.substring(0, Math.min(text.length(), Terminals.columns() - 1));
                if (!dumb) {
                    err.print("\r" + text);
                    width = Math.max(width, text.length());
                } else if (seconds == 1) {
                    err.println(what + " ...");
                }
                err.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }

    private static void join(Thread teller) {
        try {
            teller.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
