package io.fanatic.cli.lab;

import io.fanatic.harness.lab.Lab;
import java.util.Optional;

/** While it is open, Ctrl-C takes a lab away that this process has made. */
final class Interruption implements AutoCloseable {
    private final Thread goodbye;

    private Interruption(Thread goodbye) {
        this.goodbye = goodbye;
    }

    static Interruption of(String labName) {
        Thread goodbye = new Thread(() -> takeAway(labName), "lab-goodbye");
        Runtime.getRuntime().addShutdownHook(goodbye);
        return new Interruption(goodbye);
    }

    private static void takeAway(String labName) {
        long self = ProcessHandle.current().pid();
        Lab.find(labName)
                .filter(lab -> lab.ownerPid().equals(Optional.of(self)))
                .ifPresent(Lab::close);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(goodbye);
        } catch (IllegalStateException ending) {
            // The hook is at work: it will take the lab away.
            return;
        }
    }
}
