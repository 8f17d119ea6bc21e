package io.fanatic.cli.terminal;

import io.fanatic.cli.command.CleanStream;

/** How far a test has come, in one line on standard error that is written over; only on a terminal that can erase a line. */
public final class ProgressLine {
    private static final long NANOS_BETWEEN = 100_000_000;
    private static final String ERASE = "\r\033[K";
    private static final int STANDARD_ERROR = 2;

    private final boolean shown;
    private long last = System.nanoTime();
    private boolean visible;

    private ProgressLine(boolean shown) {
        this.shown = shown;
    }

    /** Shown when standard error is such a terminal, else never. */
    public static ProgressLine onTerminal() {
        return new ProgressLine(Terminals.isTerminal(STANDARD_ERROR) && !Terminals.isDumb());
    }

    /**
     * Shows it, ten times a second at most.
     *
     * @param what is being done
     */
    public synchronized void at(String what, int done, int all) {
        long now = System.nanoTime();
        if (done == all) {
            erase();
        } else if (shown && now - last >= NANOS_BETWEEN) {
            last = now;
            visible = true;
            CleanStream.unfiltered(System.err).print(ERASE + "   " + what + " " + done + " of " + all);
        }
    }

    /** Makes room for a line that stays. */
    public synchronized void erase() {
        if (visible) {
            CleanStream.unfiltered(System.err).print(ERASE);
            visible = false;
        }
    }
}
