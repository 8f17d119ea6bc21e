package io.fanatic.harness.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Work on many things by as many threads as there are CPUs. None of them enters a namespace itself. */
final class Parallel {
    private static final int MAX_THREADS = 8;

    private Parallel() {}

    /**
     * Does it for each and waits for all, also when one fails.
     *
     * @throws RuntimeException the first failure
     */
    static <T> void each(List<T> things, Consumer<T> work) {
        int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (T thing : things) {
            running.add(pool.submit(() -> work.accept(thing)));
        }
        pool.shutdown();
        RuntimeException failure = null;
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (ExecutionException e) {
                RuntimeException cause = e.getCause() instanceof RuntimeException unchecked
                        ? unchecked
                        : new IllegalStateException(e.getCause());
                failure = failure == null ? cause : failure;
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new LabException("interrupted");
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
