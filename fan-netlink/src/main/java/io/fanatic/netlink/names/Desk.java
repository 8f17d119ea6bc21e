package io.fanatic.netlink.names;

import io.fanatic.core.Ipv4Address;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Decides who may ask what, and answers. On the event loop. */
final class Desk {
    /** Queries that are being answered. */
    private static final int MAX_QUERIES = 512;

    private static final int MAX_QUERIES_OF_ONE = 32;

    /** Of a query, whoever is slow. */
    private static final long LONGEST_MILLIS = 5000;

    private static final int LOOPBACK = 127;

    private final EventLoop loop;
    private final Resolver resolver;
    private final Upstreams upstreams;
    private final Counts counts;
    private final Limits limits = new Limits(MAX_QUERIES, MAX_QUERIES_OF_ONE);
    private List<FanZone> zones = List.of();

    Desk(EventLoop loop, Resolver resolver, Upstreams upstreams, Counts counts) {
        this.loop = loop;
        this.resolver = resolver;
        this.upstreams = upstreams;
        this.counts = counts;
    }

    void serve(List<FanZone> now) {
        zones = List.copyOf(now);
    }

    Optional<Target> target(String name) {
        return zones.stream().flatMap(zone -> zone.target(name).stream()).findFirst();
    }

    /**
     * Who asks, as limits count.
     *
     * @param address its own; of a container of another host, that host's address in the overlay
     * @param local whether it is this host, which has its own addresses in its slices, or one of its containers
     */
    record Asker(Ipv4Address address, boolean local) {}

    /** {@return who asks from an address; empty where nobody there may ask for anything} */
    Optional<Asker> asker(Ipv4Address from) {
        if (from.octet(0) == LOOPBACK || zones.stream().anyMatch(zone -> zone.isInOwnSlice(from))) {
            return Optional.of(new Asker(from, true));
        }
        return zones.stream()
                .flatMap(zone -> zone.owner(from).stream())
                .findFirst()
                .map(owner -> new Asker(owner.hostAddress(), false));
    }

    /**
     * Answers a query.
     *
     * @param bytes as they came
     * @param from who sent it
     * @param tcp whether it came by TCP
     * @param send is given the answer, at most once; never called when this asker gets none
     * @return completed when nothing more follows
     */
    CompletableFuture<?> query(byte[] bytes, Ipv4Address from, boolean tcp, Consumer<byte[]> send) {
        counts.add(NamesCounter.QUERIES);
        Optional<Asker> known = asker(from);
        if (known.isEmpty()) {
            counts.add(NamesCounter.NOT_SERVED);
            return CompletableFuture.completedFuture(null);
        }
        Asker asker = known.get();
        if (!limits.enter(asker)) {
            counts.add(NamesCounter.OVER_LIMIT);
            return CompletableFuture.completedFuture(null);
        }
        return answer(bytes, asker.local(), tcp).handle((answer, failed) -> {
            limits.leave(asker);
            if (answer != null && answer.isPresent()) {
                counts.add(NamesCounter.ANSWERED);
                send.accept(answer.get());
            } else {
                counts.add(NamesCounter.NOT_SERVED);
            }
            return null;
        });
    }

    private CompletableFuture<Optional<byte[]>> answer(byte[] bytes, boolean local, boolean tcp) {
        Optional<Integer> id = DnsMessage.idOfQuery(bytes);
        if (id.isEmpty()) {
            return now(Optional.empty());
        }
        Optional<DnsMessage> read = DnsMessage.parse(bytes);
        if (read.isEmpty()) {
            return now(local ? id.map(DnsWriter::formatError) : Optional.empty());
        }
        DnsMessage query = read.get();
        Optional<Target> target = target(query.name());
        if (!local && target.filter(resolver::isOfThisHost).isEmpty()) {
            return now(Optional.empty());
        }
        int limit = tcp ? DnsMessage.MAX_BYTES : DnsWriter.datagram(query);
        if (query.edns().filter(edns -> edns.version() != 0).isPresent()) {
            return now(Optional.of(DnsWriter.badVersion(query)));
        }
        if (query.opcode() != 0) {
            return now(Optional.of(written(query, Answer.error(Answer.NOTIMP), local, limit)));
        }
        if (query.type() == DnsMessage.AXFR || query.type() == DnsMessage.IXFR) {
            return now(Optional.of(written(query, Answer.error(Answer.REFUSED), local, limit)));
        }
        if (target.isEmpty() || query.dnsClass() != DnsMessage.INTERNET) {
            return forwarded(query, local, tcp, limit);
        }
        return inTime(resolver.resolve(target.get(), query.type(), step -> {}))
                .exceptionally(failed -> Answer.error(Answer.SERVFAIL))
                .thenApply(answer -> Optional.of(written(query, answer, local, limit)));
    }

    private CompletableFuture<Optional<byte[]>> forwarded(DnsMessage query, boolean local, boolean tcp, int limit) {
        if (!local || query.dnsClass() != DnsMessage.INTERNET) {
            return now(Optional.of(written(query, Answer.error(Answer.REFUSED), local, limit)));
        }
        counts.add(NamesCounter.FORWARDED);
        return upstreams
                .ask(query, tcp)
                .thenApply(answer -> Optional.of(DnsWriter.passedBack(answer, query, limit)))
                .exceptionally(failed -> Optional.of(written(query, Answer.error(Answer.SERVFAIL), true, limit)));
    }

    private <T> CompletableFuture<T> inTime(CompletableFuture<T> answer) {
        CompletableFuture<T> bounded = answer.copy();
        var timeout = loop.schedule(() -> bounded.cancel(false), LONGEST_MILLIS, TimeUnit.MILLISECONDS);
        bounded.whenComplete((done, failed) -> timeout.cancel(false));
        return bounded;
    }

    private static byte[] written(DnsMessage query, Answer answer, boolean local, int limit) {
        return DnsWriter.answer(query, answer, local, limit);
    }

    private static CompletableFuture<Optional<byte[]>> now(Optional<byte[]> answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
