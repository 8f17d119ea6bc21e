package io.fanatic.cli.lab;

import io.fanatic.cli.terminal.Terminals;
import io.fanatic.harness.lab.Proof;

/** How far a test has come, in one line on standard error that is written over; only on a terminal. */
final class ProgressLine implements Proof.Progress {
    private static final long NANOS_BETWEEN = 100_000_000;
    private static final String ERASE = "\r\033[K";
    private static final int STANDARD_ERROR = 2;

    private long shown = System.nanoTime();
    private boolean visible;

    private ProgressLine() {}

    /** Shown when standard error is a terminal that can erase a line; else unheard. */
    static Proof.Progress onTerminal() {
        return Terminals.isTerminal(STANDARD_ERROR) && !Terminals.isDumb()
                ? new ProgressLine()
                : Proof.Progress.UNHEARD;
    }

    @Override
    public void at(String what, int done, int all) {
        long now = System.nanoTime();
        if (done == all) {
            if (visible) {
                System.err.print(ERASE);
            }
            visible = false;
        } else if (now - shown >= NANOS_BETWEEN) {
            shown = now;
            visible = true;
            System.err.print(ERASE + "   " + what + " " + done + " of " + all);
        }
    }
}
