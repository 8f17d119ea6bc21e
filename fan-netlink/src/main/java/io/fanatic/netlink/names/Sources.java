package io.fanatic.netlink.names;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the sources when a query needs them, and remembers for a moment what they said. On the event loop. */
final class Sources {
    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final List<Cached> all = new ArrayList<>();
    private final Executor workers;
    private final Executor loop;

    Sources(List<ContainerSource> sources, Executor workers, Executor loop) {
        this.workers = workers;
        this.loop = loop;
        sources.forEach(source -> all.add(new Cached(source)));
    }

    /** One source. @param failure of the last call, a sentence */
    private record Heard(List<NamedContainer> containers, Optional<String> failure) {}

    private final class Cached {
        private final ContainerSource source;
        private Optional<CompletableFuture<Heard>> running = Optional.empty();
        private Heard heard = new Heard(List.of(), Optional.empty());
        private long until;
        private boolean asked;

        Cached(ContainerSource source) {
            this.source = source;
        }

        CompletableFuture<Heard> now() {
            if (asked && System.nanoTime() - until < 0) {
                return CompletableFuture.completedFuture(heard);
            }
            CompletableFuture<Heard> call = running.orElseGet(this::call);
            return call.copy()
                    .orTimeout(Names.SOURCE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .handleAsync((result, late) -> late == null ? result : new Heard(List.of(), failure(late)), loop);
        }

        private CompletableFuture<Heard> call() {
            CompletableFuture<Heard> call = CompletableFuture.supplyAsync(
                            () -> new Heard(List.copyOf(source.containers()), Optional.empty()), workers)
                    .handleAsync(
                            (result, failed) -> {
                                heard = failed == null ? result : new Heard(List.of(), failure(failed));
                                until = System.nanoTime() + REMEMBERED_NANOS;
                                asked = true;
                                running = Optional.empty();
                                return heard;
                            },
                            loop);
            running = Optional.of(call);
            return call;
        }

        private Optional<String> failure(Throwable thrown) {
            Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
            boolean late = thrown instanceof TimeoutException || cause instanceof TimeoutException;
            return Optional.of(source.title()
                    + (late
                            ? " does not list its containers within " + Names.SOURCE_TIMEOUT.toMillis() + " ms"
                            : " does not list its containers: " + cause.getMessage()));
        }
    }

    CompletableFuture<Containers> now() {
        List<CompletableFuture<Heard>> calls = all.stream().map(Cached::now).toList();
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).thenApply(done -> {
            List<Containers.Found> found = new ArrayList<>();
            List<String> failures = new ArrayList<>();
            for (int i = 0; i < calls.size(); i++) {
                Heard heard = calls.get(i).join();
                String title = all.get(i).source.title();
                heard.containers().forEach(each -> found.add(new Containers.Found(title, each)));
                heard.failure().ifPresent(failures::add);
            }
            return new Containers(found, failures);
        });
    }
}
