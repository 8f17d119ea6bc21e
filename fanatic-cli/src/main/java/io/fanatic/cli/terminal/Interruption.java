package io.fanatic.cli.terminal;

import java.util.function.BooleanSupplier;
import org.jline.utils.Signals;

/**
 * Ctrl-C, a terminal that goes away (SIGHUP) and SIGTERM, while a command changes the host. At first they end the program at
 * once; while they are {@linkplain #hold held} they are only remembered, so that what is half done can be undone.
 */
public final class Interruption implements BooleanSupplier {
    private static final String[] SIGNALS = {"INT", "TERM", "HUP"};

    private final boolean real;
    private volatile boolean held;
    private volatile boolean came;
    private volatile Runnable end;

    private Interruption(boolean real, Runnable end) {
        this.real = real;
        this.end = end;
    }

    /** @param end what ends the program when a signal comes and is not held; runs on a thread of its own */
    public static Interruption ending(Runnable end) {
        Interruption interruption = new Interruption(true, end);
        interruption.arm();
        return interruption;
    }

    /** One that never comes, for a command that runs inside another program. */
    public static Interruption never() {
        return new Interruption(false, () -> {});
    }

    /** Takes the signals, again where somebody else (JLine, while it reads a line) has had them. */
    public void arm() {
        if (real) {
            for (String signal : SIGNALS) {
                Signals.register(signal, this::signalled);
            }
        }
    }

    private void signalled() {
        came = true;
        if (!held) {
            end.run();
        }
    }

    /** From now on signals are only remembered. */
    public void hold() {
        held = true;
    }

    /** From now on signals end the program again, that way; one that came meanwhile does it now. */
    public void release(Runnable end) {
        this.end = end;
        held = false;
        if (came) {
            end.run();
        }
    }

    /** Whether a signal has come. */
    @Override
    public boolean getAsBoolean() {
        return came;
    }
}
