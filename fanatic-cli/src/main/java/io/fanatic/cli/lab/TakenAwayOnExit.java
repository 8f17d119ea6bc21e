package io.fanatic.cli.lab;

import io.fanatic.harness.lab.Lab;
import java.util.Optional;

/** While it is open, a program that ends, by Ctrl-C too, takes away the lab that it has made. */
final class TakenAwayOnExit implements AutoCloseable {
    private final Thread hook;

    private TakenAwayOnExit(Thread hook) {
        this.hook = hook;
    }

    static TakenAwayOnExit of(String labName) {
        Thread hook = new Thread(() -> takeAway(labName), "lab-taken-away");
        Runtime.getRuntime().addShutdownHook(hook);
        return new TakenAwayOnExit(hook);
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
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook is at work: it will take the lab away.
            return;
        }
    }
}
