package io.fanatic.netlink.names;

import io.fanatic.core.FanSlice;
import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Prefix;
import io.netty.channel.EventLoop;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks other hosts for their containers, and believes each only as far as its own slice. On the event loop.
 *
 * <p>An answer that does not repeat number and question is left out. One that does and is not authoritative, or has a record that
 * was not asked for, such as a CNAME, or an address outside the slice, is not believed, whatever else it has.
 */
final class Owners {
    /** Together at most two seconds. */
    private static final long TRY_MILLIS = 1000;

    private static final int TRIES = 2;
    private static final int MAX_REMEMBERED = 1024;
    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long FAILURE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final EventLoop loop;
    private final Counts counts;
    private final int port;
    private final SecureRandom random = new SecureRandom();
    private final Recent<Key, Reply> replies = new Recent<>(MAX_REMEMBERED);
    private final Recent<Ipv4Address, String> silent = new Recent<>(MAX_REMEMBERED);
    private final Map<Key, CompletableFuture<Reply>> running = new HashMap<>();

    Owners(EventLoop loop, Counts counts, int port) {
        this.loop = loop;
        this.counts = counts;
        this.port = port;
    }

    /**
     * What an owner said.
     *
     * @param failure a sentence, when it said nothing that is believed
     */
    record Reply(boolean exists, List<IpAddress> addresses, List<String> names, Optional<String> failure) {
        static Reply failed(String sentence) {
            return new Reply(false, List.of(), List.of(), Optional.of(sentence));
        }
    }

    private record Key(String name, int type) {}

    /**
     * Asks for a container's addresses, or for the names at an address.
     *
     * @param name in a form that every host understands alike
     * @param type A, AAAA or PTR
     */
    CompletableFuture<Reply> ask(FanZone zone, FanSlice owner, String name, int type) {
        Ipv4Address server = owner.hostAddress();
        Key key = new Key(name, type);
        Optional<Reply> known = silent.get(server).map(Reply::failed).or(() -> replies.get(key));
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        CompletableFuture<Reply> call = running.get(key);
        if (call == null) {
            Question question = new Question(zone, owner, name, type);
            call = attempt(question, 1).handle((reply, failed) -> {
                running.remove(key);
                if (failed != null) {
                    counts.add(NamesCounter.SILENT_OWNERS);
                    String sentence = failure(server, failed);
                    silent.put(server, sentence, FAILURE_NANOS);
                    return Reply.failed(sentence);
                }
                replies.put(key, reply, reply.failure().isPresent() ? FAILURE_NANOS : REMEMBERED_NANOS);
                return reply;
            });
            if (!call.isDone()) {
                running.put(key, call);
            }
        }
        return call;
    }

    private record Question(FanZone zone, FanSlice owner, String name, int type) {}

    private CompletableFuture<Reply> attempt(Question question, int count) {
        return exchange(question, false)
                .thenCompose(message -> (message.flags() & DnsMessage.TC) == 0
                        ? CompletableFuture.completedFuture(message)
                        : exchange(question, true))
                .thenApply(message -> judged(question, message))
                .exceptionallyCompose(failed -> count < TRIES && cause(failed) instanceof TimeoutException
                        ? attempt(question, count + 1)
                        : CompletableFuture.failedFuture(cause(failed)));
    }

    private CompletableFuture<DnsMessage> exchange(Question question, boolean tcp) {
        counts.add(NamesCounter.OWNERS_ASKED);
        int id = random.nextInt(1 << 16);
        byte[] query = DnsWriter.query(id, question.name(), question.type());
        Optional<InetSocketAddress> from =
                Optional.of(socketAddress(question.zone().own().get(0).hostAddress(), 0));
        InetSocketAddress server = socketAddress(question.owner().hostAddress(), port);
        CompletableFuture<byte[]> answer = tcp
                ? Exchange.tcp(loop, from, server, query, bytes -> fits(question, id, bytes), TRY_MILLIS)
                : Exchange.udp(loop, from, server, query, bytes -> fits(question, id, bytes), TRY_MILLIS);
        return answer.thenApply(bytes -> DnsMessage.parse(bytes).orElseThrow());
    }

    private boolean fits(Question question, int id, byte[] bytes) {
        boolean fits = DnsMessage.parse(bytes)
                .filter(message -> message.isAnswer()
                        && message.opcode() == 0
                        && message.id() == id
                        && message.name().equals(question.name())
                        && message.type() == question.type()
                        && message.dnsClass() == DnsMessage.INTERNET)
                .isPresent();
        if (!fits) {
            counts.add(NamesCounter.NOT_BELIEVED);
        }
        return fits;
    }

    private Reply judged(Question question, DnsMessage message) {
        Optional<String> reason = reasonToDoubt(question, message);
        if (reason.isPresent()) {
            counts.add(NamesCounter.NOT_BELIEVED);
            return Reply.failed(
                    "the answer of " + question.owner().hostAddress() + " is not believed: " + reason.get());
        }
        List<IpAddress> addresses = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (DnsMessage.Answer answer : message.answers()) {
            if (answer.type() == DnsMessage.PTR) {
                names.add(answer.target());
            } else {
                addresses.add(IpAddress.ofOctets(answer.data()));
            }
        }
        return new Reply(message.rcode() == Answer.NOERROR, addresses, names, Optional.empty());
    }

    private static Optional<String> reasonToDoubt(Question question, DnsMessage message) {
        if (message.rcode() != Answer.NOERROR && message.rcode() != Answer.NXDOMAIN) {
            return Optional.of("its code is " + message.rcode());
        }
        if ((message.flags() & DnsMessage.AA) == 0) {
            return Optional.of("it is not authoritative");
        }
        if ((message.flags() & DnsMessage.TC) != 0) {
            return Optional.of("it is cut off, also by TCP");
        }
        if (message.rcode() == Answer.NXDOMAIN && !message.answers().isEmpty()) {
            return Optional.of("it has records of a name that it says is none");
        }
        for (DnsMessage.Answer answer : message.answers()) {
            if (!answer.name().equals(question.name())
                    || answer.type() != question.type()
                    || answer.dnsClass() != DnsMessage.INTERNET) {
                return Optional.of("it has a record that was not asked for, of type " + answer.type());
            }
            Optional<String> reason = answer.type() == DnsMessage.PTR
                    ? reasonToDoubt(question, answer.target())
                    : reasonToDoubt(question, answer.data());
            if (reason.isPresent()) {
                return reason;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> reasonToDoubt(Question question, String name) {
        return isNameOf(question, name)
                ? Optional.empty()
                : Optional.of("a name in it is not one of " + question.owner().underlayAddress());
    }

    /** An address must be of the family that was asked for, and of the host that was asked. */
    private static Optional<String> reasonToDoubt(Question question, byte[] data) {
        IpFamily family = question.type() == DnsMessage.A ? IpFamily.IPV4 : IpFamily.IPV6;
        Prefix slice = question.zone().slice(question.owner(), family).orElseThrow();
        boolean readable = data.length * 8 == family.bits();
        return readable && slice.contains(IpAddress.ofOctets(data))
                ? Optional.empty()
                : Optional.of((readable ? IpAddress.ofOctets(data) : "an address") + " is outside its slice " + slice);
    }

    private static boolean isNameOf(Question question, String name) {
        String suffix = question.zone().canonical("", question.owner());
        return name.equals(suffix)
                || name.endsWith("." + suffix)
                        && Containers.servable(name.substring(0, name.length() - suffix.length() - 1))
                                .isPresent();
    }

    private static String failure(Ipv4Address server, Throwable failed) {
        Throwable cause = cause(failed);
        if (cause instanceof PortUnreachableException || cause instanceof ConnectException) {
            return server + " has no server for names: its port is closed; does fanatic names run on that host?";
        }
        return cause instanceof TimeoutException
                ? server + " did not answer within " + TRIES * TRY_MILLIS / 1000
                        + " s; does fanatic names run on that host?"
                : server + " did not answer: " + cause.getMessage();
    }

    private static Throwable cause(Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
    }

    static InetSocketAddress socketAddress(Ipv4Address address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address.octets()), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }
}
