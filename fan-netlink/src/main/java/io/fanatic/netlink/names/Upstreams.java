package io.fanatic.netlink.names;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Passes on what is of no fan to the host's name servers. On the event loop.
 *
 * <p>A question that is already on its way is not sent again: its askers share one answer. So a server that sends it back to us, asked
 * in whatever roundabout way, makes no traffic.
 */
final class Upstreams {
    private static final long TRY_MILLIS = 1500;
    private static final int MAX_SERVERS = 3;

    private final EventLoop loop;
    private final Supplier<List<InetSocketAddress>> servers;
    private final SecureRandom random = new SecureRandom();
    private final Map<Key, CompletableFuture<byte[]>> running = new HashMap<>();

    Upstreams(EventLoop loop, Supplier<List<InetSocketAddress>> servers) {
        this.loop = loop;
        this.servers = servers;
    }

    private record Key(String name, int type, int dnsClass, int flags, boolean edns, boolean dnssec, boolean tcp) {}

    /** @return the answer, with number and question of another asker maybe; fails when no server answers */
    CompletableFuture<byte[]> ask(DnsMessage query, boolean tcp) {
        Key key = new Key(
                query.name(),
                query.type(),
                query.dnsClass(),
                query.flags(),
                query.edns().isPresent(),
                query.edns().map(DnsMessage.Edns::dnssec).orElse(false),
                tcp);
        CompletableFuture<byte[]> call = running.get(key);
        if (call == null) {
            List<InetSocketAddress> all = servers.get();
            call = attempt(query, tcp, all.subList(0, Math.min(MAX_SERVERS, all.size())))
                    .whenComplete((answer, failed) -> running.remove(key));
            if (!call.isDone()) {
                running.put(key, call);
            }
        }
        return call;
    }

    private CompletableFuture<byte[]> attempt(DnsMessage query, boolean tcp, List<InetSocketAddress> left) {
        if (left.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalStateException("no name server answers"));
        }
        int id = random.nextInt(1 << 16);
        byte[] bytes = DnsWriter.passedOn(id, query);
        CompletableFuture<byte[]> answer = tcp
                ? Exchange.tcp(loop, Optional.empty(), left.get(0), bytes, got -> fits(query, id, got), TRY_MILLIS)
                : Exchange.udp(loop, Optional.empty(), left.get(0), bytes, got -> fits(query, id, got), TRY_MILLIS);
        return answer.exceptionallyCompose(failed -> attempt(query, tcp, left.subList(1, left.size())));
    }

    /** Whether number and question are those of the query; the rest is the asker's affair, to the last bit. */
    private static boolean fits(DnsMessage query, int id, byte[] got) {
        int end = DnsMessage.HEADER + query.question().length;
        return got.length >= end
                && ByteBuffer.wrap(got).getShort(0) == (short) id
                && (got[2] & 0x80) != 0
                && ByteBuffer.wrap(got).getShort(4) == 1
                && Arrays.equals(
                        small(got, DnsMessage.HEADER, end), small(query.question(), 0, query.question().length));
    }

    private static byte[] small(byte[] bytes, int from, int to) {
        byte[] small = Arrays.copyOfRange(bytes, from, to);
        for (int i = 0; i < small.length; i++) {
            small[i] = small[i] >= 'A' && small[i] <= 'Z' ? (byte) (small[i] + 'a' - 'A') : small[i];
        }
        return small;
    }
}
