package io.fanatic.cli.terminal;

/** Work that is done when the program ends, by Ctrl-C too, while this is open. */
public final class OnExit implements AutoCloseable {
    private final Thread hook;

    private OnExit(Thread hook) {
        this.hook = hook;
    }

    /** @param name of the thread that does the work */
    public static OnExit run(String name, Runnable work) {
        Thread hook = new Thread(work, name);
        Runtime.getRuntime().addShutdownHook(hook);
        return new OnExit(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook is at work already.
            return;
        }
    }
}
