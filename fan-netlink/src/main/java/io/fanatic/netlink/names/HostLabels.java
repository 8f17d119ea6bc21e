package io.fanatic.netlink.names;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/** Which host a label names: this one, one by its literal, or one that the host's resolver knows. On the event loop. */
final class HostLabels {
    private static final int MAX_LOOKUPS = 32;

    private final String own;
    private final HostResolver resolver;
    private final Executor workers;
    private final Executor loop;
    private final Map<String, CompletableFuture<List<Ipv4Address>>> running = new HashMap<>();

    HostLabels(String own, HostResolver resolver, Executor workers, Executor loop) {
        this.own = own;
        this.resolver = resolver;
        this.workers = workers;
        this.loop = loop;
    }

    /** The slices that a label names without asking anybody; empty where somebody must be asked. */
    List<FanSlice> known(FanZone zone, String label) {
        Optional<FanSlice> literal = zone.literal(label);
        if (literal.isPresent()) {
            return List.of(literal.get());
        }
        // Before /etc/hosts, where Debian has 127.0.1.1 for it.
        return label.equals(own) ? zone.own() : List.of();
    }

    /** Whether the host's resolver is being asked for it: a query for it from this host is then the resolver's own. */
    boolean isRunning(String label) {
        return running.containsKey(label);
    }

    /**
     * Asks the host's resolver.
     *
     * @return its first address inside the underlay; empty when there is none
     */
    CompletableFuture<Optional<FanSlice>> lookUp(FanZone zone, String label) {
        CompletableFuture<List<Ipv4Address>> call = running.get(label);
        if (call == null) {
            if (running.size() >= MAX_LOOKUPS) {
                return CompletableFuture.failedFuture(
                        new UnknownHostException("too many hosts are being looked up at once"));
            }
            call = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return resolver.addresses(label);
                        } catch (UnknownHostException e) {
                            if (isTemporary(e)) {
                                throw new CompletionException(e);
                            }
                            return List.<Ipv4Address>of();
                        }
                    },
                    workers);
            running.put(label, call);
            call.whenCompleteAsync((found, failed) -> running.remove(label), loop);
        }
        return call.thenApplyAsync(
                addresses -> addresses.stream()
                        .filter(address -> zone.mapping().underlay().isHost(address))
                        .findFirst()
                        .flatMap(zone::slice),
                loop);
    }

    /** The JDK tells EAI_AGAIN by the words of libc only. */
    private static boolean isTemporary(UnknownHostException e) {
        return String.valueOf(e.getMessage()).contains("Temporary failure");
    }
}
