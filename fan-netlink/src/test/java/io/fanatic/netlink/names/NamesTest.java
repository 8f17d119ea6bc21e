package io.fanatic.netlink.names;

import static io.fanatic.netlink.names.TestNames.SILENCE_MILLIS;
import static io.fanatic.netlink.names.TestNames.TIMEOUT_MILLIS;
import static io.fanatic.netlink.names.TestNames.addresses;
import static io.fanatic.netlink.names.TestNames.ask;
import static io.fanatic.netlink.names.TestNames.askByTcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.names.TestNames.Listed;
import io.netty.buffer.Unpooled;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The server with real sockets, in a namespace that has the addresses of three hosts on its loopback device.
 *
 * <pre>
 *   h1 10.0.0.1  250.0.1.1, container 250.0.1.9       h2 10.0.0.2  250.0.2.1       h3 10.0.0.3  250.0.3.1
 * </pre>
 */
class NamesTest {
    private static final String H1 = "250.0.1.1";
    private static final String H2 = "250.0.2.1";
    private static final String H3 = "250.0.3.1";
    private static final String CONTAINER = "250.0.1.9";
    private static final String OVERLAY6 = "fd00:fa::/48";
    private static final String WEB = "web.10-0-0-2.fan-250.internal";

    @RegisterExtension
    final FreshNamespace fresh = new FreshNamespace();

    private final Listed docker = new Listed("Docker").with("db", "250.0.1.5").with("my_Web", "250.0.1.6");
    private final Listed incus = new Listed("Incus");

    @BeforeEach
    void threeHosts() {
        fresh.sh("ip link set lo up");
        for (String address : List.of(H1, H2, H3, CONTAINER, "10.0.0.9")) {
            fresh.sh("ip addr add " + address + "/32 dev lo");
        }
    }

    private NamesSpec spec(String host, ContainerSource... sources) {
        return NamesSpec.of(List.of(sources))
                .withHostName(host)
                .withUpstreams(List::of)
                .withResolver(label -> {
                    throw new UnknownHostException(label);
                });
    }

    private Names h1() {
        return serve("10.0.0.1", spec("h1", docker, incus));
    }

    private static Names serve(String underlay, NamesSpec spec) {
        Names names = Names.open(spec);
        assertThat(names.serve(List.of(TestNames.fan(underlay)))).isEmpty();
        return names;
    }

    private static long count(Names names, NamesCounter counter) {
        return names.counters().getOrDefault(counter, -1L);
    }

    @Test
    void containersOfTwoHostsAreFoundForwardAndBackByUdpAndTcp() {
        fresh.run(() -> {
            Listed web = new Listed("Docker").with("web", "250.0.2.7");
            NamesSpec knowing = spec("h1", docker)
                    .withResolver(label -> label.equals("h2")
                            ? List.of(Ipv4Address.parse("192.168.0.2"), Ipv4Address.parse("10.0.0.2"))
                            : List.of());
            try (Names h1 = serve("10.0.0.1", knowing);
                    Names h2 = serve("10.0.0.2", spec("h2", web))) {
                for (String name : List.of("Web.h2.fan.internal", "web.h2.fan-250.internal", WEB)) {
                    DnsMessage answer = ask(CONTAINER, H1, name, DnsMessage.A);
                    assertThat(addresses(answer)).as(name).containsExactly("250.0.2.7");
                    assertThat(new String(answer.question(), 1, 3, StandardCharsets.US_ASCII))
                            .as("the question is repeated to the letter")
                            .isEqualTo(name.substring(0, 3));
                    assertThat(addresses(askByTcp(CONTAINER, H1, name, DnsMessage.A)))
                            .containsExactly("250.0.2.7");
                }
                assertThat(ask(CONTAINER, H1, "7.2.0.250.in-addr.arpa", DnsMessage.PTR)
                                .answers())
                        .extracting(DnsMessage.Answer::target)
                        .containsExactly(WEB);
                assertThat(addresses(ask(H2, H2, "db.10-0-0-1.fan.internal", DnsMessage.A)))
                        .containsExactly("250.0.1.5");
                assertThat(addresses(ask(CONTAINER, H1, "h2.fan.internal", DnsMessage.A)))
                        .containsExactly(H2);
                assertThat(ask(CONTAINER, H1, "1.2.0.250.in-addr.arpa", DnsMessage.PTR)
                                .answers())
                        .extracting(DnsMessage.Answer::target)
                        .containsExactly("10-0-0-2.fan-250.internal");
                assertThat(h1.resolve("web.h2").steps())
                        .containsExactly(
                                "host h2: 10.0.0.2, as the host's resolver says",
                                "slice: 250.0.2.0/24, host address 250.0.2.1",
                                "asked: 250.0.2.1 for " + WEB);
                web.containers.clear();
                web.with("web", "250.0.2.8");
                await(() -> addresses(ask(CONTAINER, H1, WEB, DnsMessage.A)).equals(List.of("250.0.2.8")));
            }
        });
    }

    private static Names serveBoth(String underlay, NamesSpec spec) {
        Names names = Names.open(spec);
        assertThat(names.serve(List.of(TestNames.fan(underlay, "overlay6", OVERLAY6))))
                .isEmpty();
        return names;
    }

    @Test
    void containersOfAnIpv6OverlayAreFoundForwardAndBackByBothOfTheirAddresses() {
        docker.withBoth("both", "250.0.1.7", "fd00:fa:0:1::7");
        fresh.run(() -> {
            Listed web = new Listed("Docker")
                    .withBoth("web", "250.0.2.7", "fd00:fa:0:2::7")
                    .with("old", "250.0.2.8");
            Listed single = new Listed("Docker").with("single", "250.0.3.7");
            try (Names h1 = serveBoth("10.0.0.1", spec("h1", docker));
                    Names h2 = serveBoth("10.0.0.2", spec("h2", web));
                    Names h3 = serve("10.0.0.3", spec("h3", single))) {
                Map<String, String> found = Map.of(
                        "both.h1.fan.internal",
                        "fd00:fa:0:1::7",
                        WEB,
                        "fd00:fa:0:2::7",
                        "h1.fan.internal",
                        "fd00:fa:0:1::1",
                        "10-0-0-2.fan.internal",
                        "fd00:fa:0:2::1");
                found.forEach((name, address) -> {
                    assertThat(addresses(ask(CONTAINER, H1, name, DnsMessage.AAAA)))
                            .as(name)
                            .containsExactly(address);
                    assertThat(addresses(ask(CONTAINER, H1, name, DnsMessage.A)))
                            .as(name)
                            .singleElement()
                            .asString()
                            .startsWith("250.0.");
                });
                for (String none :
                        List.of("db.h1.fan.internal", "old.10-0-0-2.fan.internal", "single.10-0-0-3.fan.internal")) {
                    DnsMessage answer = ask(CONTAINER, H1, none, DnsMessage.AAAA);
                    assertThat(answer.rcode()).as(none).isZero();
                    assertThat(answer.answers()).as(none).isEmpty();
                }
                assertThat(ask(CONTAINER, H1, "nobody.10-0-0-2.fan.internal", DnsMessage.AAAA)
                                .rcode())
                        .isEqualTo(Answer.NXDOMAIN);
                assertThat(ask(H3, H3, WEB, DnsMessage.AAAA).answers())
                        .as("a host whose fan is of IPv4 alone")
                        .isEmpty();
                assertThat(addresses(ask(CONTAINER, H1, "both.h1.fan.internal", DnsMessage.ANY)))
                        .containsExactly("250.0.1.7", "fd00:fa:0:1::7");

                Map.of(
                                "fd00:fa:0:1::7", "both.10-0-0-1.fan-250.internal",
                                "fd00:fa:0:2::7", WEB,
                                "fd00:fa:0:1::1", "10-0-0-1.fan-250.internal",
                                "fd00:fa:0:2::1", "10-0-0-2.fan-250.internal")
                        .forEach((address, name) -> assertThat(ask(CONTAINER, H1, reverse(address), DnsMessage.PTR)
                                        .answers())
                                .as(address)
                                .extracting(DnsMessage.Answer::target)
                                .containsExactly(name));
                assertThat(ask(CONTAINER, H1, reverse("fd00:fa:0:2::99"), DnsMessage.PTR)
                                .rcode())
                        .isEqualTo(Answer.NXDOMAIN);

                Names.Resolution resolved = h1.resolve("web.10-0-0-2");
                assertThat(resolved.addresses())
                        .extracting(Object::toString)
                        .containsExactly("250.0.2.7", "fd00:fa:0:2::7");
                assertThat(resolved.steps())
                        .containsExactly(
                                "host 10-0-0-2: 10.0.0.2, as the label says",
                                "slice: 250.0.2.0/24, host address 250.0.2.1",
                                "slice: fd00:fa:0:2::/64, host address fd00:fa:0:2::1",
                                "asked: 250.0.2.1 for " + WEB,
                                "asked: 250.0.2.1 for the IPv6 addresses of " + WEB);
                assertThat(h1.resolve("fd00:fa:0:2::7").names()).containsExactly(WEB);
                assertThat(ask(H2, H1, reverse("fd00:fa:0:1::7"), DnsMessage.PTR)
                                .answers())
                        .as("of this host, for another")
                        .hasSize(1);
                assertThat(ask(H2, H1, DnsWriter.query(1, reverse("fd00:fa:0:3::7"), DnsMessage.PTR), SILENCE_MILLIS))
                        .as("of a third host, for another")
                        .isEmpty();
            }
        });
    }

    private static String reverse(String address) {
        return ReverseTree.name(IpAddress.parse(address));
    }

    @Test
    void namesThatHaveNoDataExistAndOthersDoNot() {
        docker.with("a.b", "250.0.1.7");
        fresh.run(() -> {
            try (Names h1 = h1()) {
                for (String exists : List.of("db.h1", "b.h1", "h1")) {
                    DnsMessage none = ask(CONTAINER, H1, exists + ".fan.internal", 28);
                    assertThat(none.rcode())
                            .as(exists + " has no AAAA, and exists")
                            .isZero();
                    assertThat(none.answers()).isEmpty();
                    assertThat(none.flags() & DnsMessage.AA).isNotZero();
                }
                assertThat(addresses(ask(CONTAINER, H1, "my-web.h1.fan.internal", DnsMessage.A)))
                        .as("a hyphen stands for an underscore")
                        .containsExactly("250.0.1.6");
                for (String none : List.of("nobody.h1", "db.nobody", "nobody", "x.db.h1")) {
                    assertThat(ask(CONTAINER, H1, none + ".fan.internal", DnsMessage.A)
                                    .rcode())
                            .as(none)
                            .isEqualTo(Answer.NXDOMAIN);
                }
                incus.failure = Optional.of(new IllegalStateException("it sleeps"));
                await(() -> ask(CONTAINER, H1, "nobody.h1.fan.internal", DnsMessage.A)
                                .rcode()
                        == Answer.SERVFAIL);
                assertThat(addresses(ask(CONTAINER, H1, "db.h1.fan.internal", DnsMessage.A)))
                        .as("what another engine lists is known all the same")
                        .containsExactly("250.0.1.5");
                assertThat(h1.problems()).containsExactly("Incus does not list its containers: it sleeps");
            }
        });
    }

    @Test
    void aNameOfTwoEnginesLeadsToBothAndIsAProblem() {
        incus.with("db", "250.0.1.8").with("elsewhere", "192.168.0.2");
        fresh.run(() -> {
            try (Names h1 = h1()) {
                assertThat(addresses(ask(CONTAINER, H1, "db.h1.fan.internal", DnsMessage.A)))
                        .containsExactlyInAnyOrder("250.0.1.5", "250.0.1.8");
                String both = "db is the name of containers of Docker and Incus: it leads to all of them";
                assertThat(h1.problems()).containsExactly(both);
                assertThat(h1.resolve("db.h1").steps()).endsWith(both);
                assertThat(ask(CONTAINER, H1, "elsewhere.h1.fan.internal", DnsMessage.A)
                                .rcode())
                        .as("not on the fan")
                        .isEqualTo(Answer.NXDOMAIN);
            }
        });
    }

    // TESTING.md F43
    @Test
    void anotherHostGetsTheNamesOfThisOneAndOthersNothingAtAll() {
        fresh.run(() -> {
            AtomicInteger passedOn = new AtomicInteger();
            try (Names h1 = serve("10.0.0.1", spec("h1", docker).withUpstreams(() -> {
                passedOn.incrementAndGet();
                return List.of();
            }))) {
                assertThat(addresses(ask(H2, H1, "db.h1.fan.internal", DnsMessage.A)))
                        .containsExactly("250.0.1.5");
                long served = count(h1, NamesCounter.ANSWERED);
                List<String> outside = List.of(
                        "example.org", "web.h3.fan.internal", WEB, "7.2.0.250.in-addr.arpa", "fan.internal", "");
                for (String name : outside) {
                    for (int type : new int[] {DnsMessage.A, DnsMessage.ANY, DnsMessage.AXFR}) {
                        assertThat(ask(H2, H1, DnsWriter.query(1, name, type), SILENCE_MILLIS))
                                .as(name)
                                .isEmpty();
                    }
                }
                assertThat(ask("10.0.0.9", H1, DnsWriter.query(1, "db.h1.fan.internal", 1), SILENCE_MILLIS))
                        .as("from the underlay")
                        .isEmpty();
                assertThat(ask(H2, H1, new byte[] {1, 2, 3}, SILENCE_MILLIS)).isEmpty();
                await(() -> count(h1, NamesCounter.NOT_SERVED) == 3 * outside.size() + 2);
                assertThat(count(h1, NamesCounter.ANSWERED)).isEqualTo(served);
                assertThat(passedOn).as("queries passed on").hasValue(0);
                System.out.println(
                        "number: queries of other hosts for outside names, none answered: " + 3 * outside.size());
            }
        });
    }

    /** A server of another host that answers a query as a test says. */
    private static final class Scripted implements AutoCloseable {
        private final DatagramSocket socket;
        private final Thread thread;

        Scripted(String address, Function<DnsMessage, List<byte[]>> answers) throws IOException {
            socket = new DatagramSocket(new InetSocketAddress(address, NamesSpec.PORT));
            thread = new Thread(() -> {
                DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                while (!socket.isClosed()) {
                    try {
                        socket.receive(packet);
                        DnsMessage query = DnsMessage.parse(Arrays.copyOf(packet.getData(), packet.getLength()))
                                .orElseThrow();
                        for (byte[] answer : answers.apply(query)) {
                            socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                        }
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
            thread.start();
        }

        @Override
        public void close() {
            socket.close();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** @param records types, each with an IPv4 address, or for AAAA the number of the host whose container has it */
    private static byte[] bytes(DnsMessage query, int flags, int... records) {
        var out = Unpooled.buffer();
        out.writeShort(query.id())
                .writeShort(flags)
                .writeShort(1)
                .writeShort(records.length / 2)
                .writeInt(0);
        out.writeBytes(query.question());
        for (int i = 0; i < records.length; i += 2) {
            out.writeShort(0xc00c).writeShort(records[i]).writeShort(1).writeInt(5);
            if (records[i] == DnsMessage.A || records[i] == SHORT_AAAA) {
                out.writeShort(4).writeInt(records[i + 1]);
            } else if (records[i] == DnsMessage.AAAA) {
                out.writeShort(16).writeLong(IPV6 | records[i + 1]).writeLong(7);
            } else {
                out.writeShort(2).writeShort(0xc00c);
            }
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static final int GOOD = Ipv4Address.parse("250.0.2.7").bits();
    private static final int OF_H3 = Ipv4Address.parse("250.0.3.7").bits();
    private static final int OUTSIDE = Ipv4Address.parse("8.8.8.8").bits();
    private static final long IPV6 = Ipv6Prefix.parse(OVERLAY6).network().high();
    /** Goes out as AAAA, with four octets. */
    private static final int SHORT_AAAA = 0x10000 + DnsMessage.AAAA;

    private static final int AUTHORITATIVE = DnsMessage.QR | DnsMessage.AA;

    private static final Map<String, Function<DnsMessage, byte[]>> LIES = Map.ofEntries(
            Map.entry("another host's container", q -> bytes(q, AUTHORITATIVE, 1, OF_H3)),
            Map.entry("an address outside", q -> bytes(q, AUTHORITATIVE, 1, OUTSIDE)),
            Map.entry("a true one and another's", q -> bytes(q, AUTHORITATIVE, 1, GOOD, 1, OF_H3)),
            Map.entry("a CNAME", q -> bytes(q, AUTHORITATIVE, 5, 0)),
            Map.entry("a CNAME and an address", q -> bytes(q, AUTHORITATIVE, 5, 0, 1, GOOD)),
            Map.entry("not authoritative", q -> bytes(q, DnsMessage.QR, 1, GOOD)),
            Map.entry("no such name, with an address", q -> bytes(q, AUTHORITATIVE | Answer.NXDOMAIN, 1, GOOD)),
            Map.entry("refused", q -> bytes(q, AUTHORITATIVE | Answer.REFUSED)));

    private static final Map<String, Function<DnsMessage, byte[]>> LIES_OF_IPV6 = Map.ofEntries(
            Map.entry("another host's container", q -> bytes(q, AUTHORITATIVE, 28, 3)),
            Map.entry("an address outside", q -> bytes(q, AUTHORITATIVE, 28, 1 << 16)),
            Map.entry("a true one and another's", q -> bytes(q, AUTHORITATIVE, 28, 2, 28, 3)),
            Map.entry("an address of IPv4", q -> bytes(q, AUTHORITATIVE, 1, GOOD)),
            Map.entry("addresses of both", q -> bytes(q, AUTHORITATIVE, 28, 2, 1, GOOD)),
            Map.entry("four octets", q -> bytes(q, AUTHORITATIVE, SHORT_AAAA, GOOD)),
            Map.entry("a CNAME", q -> bytes(q, AUTHORITATIVE, 5, 0)),
            Map.entry("a CNAME and an address", q -> bytes(q, AUTHORITATIVE, 5, 0, 28, 2)),
            Map.entry("not authoritative", q -> bytes(q, DnsMessage.QR, 28, 2)),
            Map.entry("no such name, with an address", q -> bytes(q, AUTHORITATIVE | Answer.NXDOMAIN, 28, 2)),
            Map.entry("refused", q -> bytes(q, AUTHORITATIVE | Answer.REFUSED)));

    // TESTING.md F43
    @Test
    void nothingIsBelievedOfAHostThatAnswersForOthers() {
        LIES.forEach(
                (what, lie) -> assertThat(believed(DnsMessage.A, lie)).as(what).isEmpty());
        LIES_OF_IPV6.forEach((what, lie) ->
                assertThat(believed(DnsMessage.AAAA, lie)).as("IPv6: " + what).isEmpty());
        assertThat(believed(DnsMessage.A, query -> bytes(query, AUTHORITATIVE, 1, GOOD)))
                .as("the truth is")
                .containsExactly("250.0.2.7");
        assertThat(believed(DnsMessage.AAAA, query -> bytes(query, AUTHORITATIVE, 28, 2)))
                .containsExactly("fd00:fa:0:2::7");
        System.out.println("number: kinds of answers that are not believed: " + (LIES.size() + LIES_OF_IPV6.size()));
    }

    /** What h1 tells of a container of h2, when h2 answers like this. Where that is nothing, it has counted a lie. */
    private List<String> believed(int type, Function<DnsMessage, byte[]> answers) {
        List<String> believed = new ArrayList<>();
        fresh.run(() -> {
            try (Scripted h2 = new Scripted(H2, query -> List.of(answers.apply(query)));
                    Names h1 = serveBoth("10.0.0.1", spec("h1", docker))) {
                DnsMessage answer = ask(CONTAINER, H1, WEB, type);
                believed.addAll(addresses(answer));
                assertThat(answer.rcode()).isEqualTo(believed.isEmpty() ? Answer.SERVFAIL : Answer.NOERROR);
                assertThat(count(h1, NamesCounter.NOT_BELIEVED)).isEqualTo(believed.isEmpty() ? 1 : 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return believed;
    }

    @Test
    void aNameOfAnotherHostIsNotBelievedForAnAddress() {
        fresh.run(() -> {
            try (Scripted h2 = new Scripted(H2, query -> List.of(bytes(query, AUTHORITATIVE, 12, 0)));
                    Names h1 = h1()) {
                assertThat(ask(CONTAINER, H1, "7.2.0.250.in-addr.arpa", DnsMessage.PTR)
                                .rcode())
                        .isEqualTo(Answer.SERVFAIL);
                assertThat(count(h1, NamesCounter.NOT_BELIEVED)).isEqualTo(1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Numbers and questions of others, answers from another port: the waiting goes on, and the true answer comes through. */
    // TESTING.md F43
    @Test
    void whatAnswersAnotherQueryIsLeftOutAndTheRightAnswerIsTaken() {
        fresh.run(() -> {
            List<Consumer<byte[]>> changes = List.of(
                    bytes -> bytes[1]++,
                    bytes -> bytes[DnsMessage.HEADER + 1] = 'x',
                    bytes -> bytes[2] &= 0x7f,
                    bytes -> bytes[DnsMessage.HEADER + WEB.length() + 3] = 28,
                    bytes -> bytes[5] = 0);
            try (Scripted h2 = new Scripted(H2, query -> {
                        List<byte[]> all = new ArrayList<>();
                        for (Consumer<byte[]> change : changes) {
                            byte[] forged = bytes(query, AUTHORITATIVE, 1, OF_H3);
                            change.accept(forged);
                            all.add(forged);
                        }
                        all.add(new byte[] {1});
                        all.add(bytes(query, AUTHORITATIVE, 1, GOOD));
                        return all;
                    });
                    Names h1 = h1()) {
                assertThat(addresses(ask(CONTAINER, H1, WEB, DnsMessage.A))).containsExactly("250.0.2.7");
                assertThat(count(h1, NamesCounter.NOT_BELIEVED)).isEqualTo(changes.size() + 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void tcpThatNeverEndsIsNotBelievedAndIsLeftAfterItsFirstMessage() {
        fresh.run(() -> {
            try (Scripted h2 = new Scripted(H2, query -> List.of(bytes(query, AUTHORITATIVE | DnsMessage.TC)));
                    ServerSocket endless = new ServerSocket(NamesSpec.PORT, 8, InetAddress.getByName(H2));
                    Names h1 = h1()) {
                Thread writer = new Thread(() -> {
                    byte[] garbage = new byte[1 << 16];
                    while (!endless.isClosed()) {
                        try (Socket accepted = endless.accept()) {
                            while (true) {
                                accepted.getOutputStream().write(garbage);
                            }
                        } catch (IOException closed) {
                            // The next one.
                        }
                    }
                });
                writer.start();
                assertThat(ask(CONTAINER, H1, WEB, DnsMessage.A).rcode()).isEqualTo(Answer.SERVFAIL);
                endless.close();
                writer.join();
                assertThat(count(h1, NamesCounter.NOT_BELIEVED)).isEqualTo(1);
                assertThat(count(h1, NamesCounter.OWNERS_ASKED))
                        .as("by UDP and by TCP")
                        .isEqualTo(2);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    // TESTING.md F43
    @Test
    void aHostThatIsSilentIsAskedTwiceAndThenLeftAloneForAWhile() {
        fresh.run(() -> {
            try (Scripted h2 = new Scripted(H2, query -> List.of());
                    Names h1 = h1()) {
                assertThat(ask(CONTAINER, H1, WEB, DnsMessage.A).rcode()).isEqualTo(Answer.SERVFAIL);
                assertThat(ask(CONTAINER, H1, "other.10-0-0-2.fan.internal", DnsMessage.A)
                                .rcode())
                        .isEqualTo(Answer.SERVFAIL);
                assertThat(count(h1, NamesCounter.OWNERS_ASKED)).isEqualTo(2);
                assertThat(count(h1, NamesCounter.SILENT_OWNERS)).isEqualTo(1);
                Names.Resolution told = h1.resolve("web.10-0-0-2");
                assertThat(told.failed()).isTrue();
                assertThat(told.steps().get(3)).contains("250.0.2.1 did not answer within 2 s");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    // TESTING.md F43
    @Test
    void otherNamesArePassedOnForThisHostAndASecondWayBackHereMakesNoTraffic() {
        fresh.run(() -> {
            AtomicInteger asked = new AtomicInteger();
            InetSocketAddress upstream = new InetSocketAddress(H3, NamesSpec.PORT);
            NamesSpec spec = spec("h1", docker)
                    .withUpstreams(() -> List.of(new InetSocketAddress(H1, NamesSpec.PORT), upstream));
            try (Scripted outside = new Scripted(H3, query -> {
                        asked.incrementAndGet();
                        // It asks us again, from this host, what we have just asked it, as a forwarder that leads back
                        // does.
                        if (query.name().equals("loop.example")) {
                            ask(H1, H1, DnsWriter.query(2, "loop.example", DnsMessage.A), SILENCE_MILLIS);
                        }
                        return List.of(bytes(query, DnsMessage.QR | DnsMessage.RA, 1, OUTSIDE));
                    });
                    Names h1 = serve("10.0.0.1", spec)) {
                assertThat(addresses(ask(CONTAINER, H1, "example.org", DnsMessage.A)))
                        .containsExactly("8.8.8.8");
                assertThat(addresses(ask(CONTAINER, H1, "loop.example", DnsMessage.A)))
                        .containsExactly("8.8.8.8");
                assertThat(asked).as("queries that left").hasValue(2);
                assertThat(count(h1, NamesCounter.FORWARDED)).isEqualTo(3);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void aSearchListThatLeadsBackHereIsCutOff() {
        fresh.run(() -> {
            AtomicInteger lookups = new AtomicInteger();
            NamesSpec spec = spec("h1", docker).withResolver(label -> {
                lookups.incrementAndGet();
                DnsMessage answer = ask(H1, H1, label + ".fan.internal", DnsMessage.A);
                assertThat(answer.rcode()).isEqualTo(Answer.SERVFAIL);
                throw new UnknownHostException(label);
            });
            try (Names h1 = serve("10.0.0.1", spec)) {
                assertThat(ask(CONTAINER, H1, "web.h9.fan.internal", DnsMessage.A)
                                .rcode())
                        .isEqualTo(Answer.NXDOMAIN);
                assertThat(lookups).hasValue(1);
            }
        });
    }

    /** Queries for other hosts wait until they may go on. */
    private NamesSpec withHeldResolver(CountDownLatch go) {
        return spec("h1", docker).withResolver(label -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        });
    }

    @Test
    void queriesAndConnectionsOfOneAskerAreLimitedByCount() {
        CountDownLatch go = new CountDownLatch(1);
        NamesSpec spec = withHeldResolver(go);
        fresh.run(() -> {
            List<Socket> sockets = new ArrayList<>();
            try (Names h1 = serve("10.0.0.1", spec);
                    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(CONTAINER, 0))) {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                for (int i = 0; i < 50; i++) {
                    byte[] query = DnsWriter.query(i, "web.slow.fan.internal", DnsMessage.A);
                    socket.send(new DatagramPacket(query, query.length, new InetSocketAddress(H1, NamesSpec.PORT)));
                }
                await(() -> count(h1, NamesCounter.OVER_LIMIT) == 50 - 32);
                assertThat(addresses(ask(H1, H1, "db.h1.fan.internal", DnsMessage.A)))
                        .as("another asker is answered")
                        .containsExactly("250.0.1.5");
                go.countDown();
                await(() -> count(h1, NamesCounter.ANSWERED) == 33);
                for (int i = 0; i < 12; i++) {
                    Socket tcp = new Socket();
                    sockets.add(tcp);
                    tcp.bind(new InetSocketAddress(CONTAINER, 0));
                    tcp.connect(new InetSocketAddress(H1, NamesSpec.PORT));
                }
                await(() -> count(h1, NamesCounter.OVER_LIMIT) == 50 - 32 + 12 - 8);
                assertThat(addresses(askByTcp(H1, H1, "db.h1.fan.internal", DnsMessage.A)))
                        .containsExactly("250.0.1.5");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                sockets.forEach(tcp -> {
                    try {
                        tcp.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        });
    }

    // TESTING.md F43
    @Test
    void aQueryIsOneQuestionWithoutPointersAndNotLong() {
        fresh.run(() -> {
            try (Names h1 = h1();
                    Socket large = connected(H2)) {
                byte[] good = DnsWriter.query(1, "db.h1.fan.internal", DnsMessage.A);
                byte[] two = good.clone();
                two[5] = 2;
                byte[] pointed = Arrays.copyOf(good, good.length + 6);
                // The question's name is a pointer to a name behind the question.
                System.arraycopy(
                        good, DnsMessage.HEADER, pointed, DnsMessage.HEADER + 6, good.length - DnsMessage.HEADER);
                System.arraycopy(
                        new byte[] {(byte) 0xc0, DnsMessage.HEADER + 6, 0, 1, 0, 1}, 0, pointed, DnsMessage.HEADER, 6);
                for (byte[] bad : List.of(two, pointed)) {
                    assertThat(DnsMessage.idOfQuery(bad)).contains(1);
                    assertThat(ask(CONTAINER, H1, bad, TIMEOUT_MILLIS).orElseThrow())
                            .isEqualTo(DnsWriter.formatError(1));
                }
                long queries = count(h1, NamesCounter.QUERIES);
                // The length alone: nobody waits for the rest.
                new DataOutputStream(large.getOutputStream()).writeShort(4097);
                assertThat(large.getInputStream().read()).as("the end").isEqualTo(-1);
                assertThat(count(h1, NamesCounter.OVER_LIMIT)).isEqualTo(1);
                assertThat(count(h1, NamesCounter.QUERIES)).isEqualTo(queries);
                assertThat(addresses(askByTcp(H2, H1, padded(good, 4096)))).containsExactly("250.0.1.5");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The query with EDNS that fills it up. */
    private static byte[] padded(byte[] query, int length) {
        byte[] padded = Arrays.copyOf(query, length);
        padded[11] = 1;
        ByteBuffer.wrap(padded)
                .position(query.length + 1)
                .putShort((short) DnsMessage.OPT)
                .putShort((short) 1232)
                .putInt(0)
                .putShort((short) (length - query.length - 11));
        return padded;
    }

    private static Socket connected(String from) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(H1, NamesSpec.PORT));
        return socket;
    }

    // TESTING.md F43
    @Test
    void whoMayAskNothingGetsNoConnection() {
        fresh.run(() -> {
            try (Names h1 = h1();
                    Socket underlay = connected("10.0.0.9")) {
                await(() -> count(h1, NamesCounter.NOT_SERVED) == 1);
                assertThat(underlay.getInputStream().read()).as("the end").isEqualTo(-1);
                assertThat(count(h1, NamesCounter.QUERIES)).isZero();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    // TESTING.md F43
    @Test
    void theContainersOfAnotherHostShareItsConnectionsAndAllOtherHostsLeaveThisOneIts() {
        fresh.sh("ip addr add 250.0.2.9/32 dev lo");
        IntStream.range(4, 12).forEach(host -> fresh.sh("ip addr add 250.0." + host + ".1/32 dev lo"));
        fresh.run(() -> {
            List<Socket> sockets = new ArrayList<>();
            try (Names h1 = h1()) {
                for (int i = 0; i < 12; i++) {
                    sockets.add(connected(i % 2 == 0 ? H2 : "250.0.2.9"));
                }
                await(() -> count(h1, NamesCounter.OVER_LIMIT) == 12 - 8);
                for (int host = 4; host < 12; host++) {
                    for (int i = 0; i < 8; i++) {
                        sockets.add(connected("250.0." + host + ".1"));
                    }
                }
                await(() -> count(h1, NamesCounter.OVER_LIMIT) == 12 - 8 + 9 * 8 - 64);
                for (String asker : List.of(CONTAINER, H1)) {
                    assertThat(addresses(askByTcp(asker, H1, "db.h1.fan.internal", DnsMessage.A)))
                            .containsExactly("250.0.1.5");
                }
                for (Socket socket : sockets) {
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    // TESTING.md F43
    @Test
    void aConnectionFullOfQueriesKeepsOthersWaitingForFewOfThem() {
        byte[] query = DnsWriter.query(1, "a", DnsMessage.A);
        byte[] other = DnsWriter.query(1, "example.org", DnsMessage.A);
        ByteBuffer flood = ByteBuffer.allocate(5000 * (2 + query.length));
        while (flood.hasRemaining()) {
            flood.putShort((short) query.length).put(query);
        }
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Long> before = new CompletableFuture<>();
        fresh.run(() -> {
            AtomicReference<Names> server = new AtomicReference<>();
            // Is asked on the loop.
            NamesSpec spec = spec("h1", docker).withUpstreams(() -> {
                if (held.getCount() == 1) {
                    held.countDown();
                    join(go);
                } else {
                    before.complete(count(server.get(), NamesCounter.QUERIES));
                }
                return List.of();
            });
            try (Names h1 = serve("10.0.0.1", spec);
                    Socket holding = connected(CONTAINER);
                    Socket full = connected(H2);
                    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(CONTAINER, 0))) {
                server.set(h1);
                full.setSendBufferSize(1 << 20);
                full.getOutputStream().write(flood.array(), 0, 2 + query.length);
                await(() -> count(h1, NamesCounter.QUERIES) == 1);
                holding.getOutputStream().write(flood.array(), 0, 2 + query.length);
                join(held);
                full.getOutputStream().write(flood.array());
                socket.send(new DatagramPacket(other, other.length, new InetSocketAddress(H1, NamesSpec.PORT)));
                go.countDown();
                assertThat(before.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS))
                        .as("queries until then")
                        .isLessThan(300);
                await(() -> count(h1, NamesCounter.QUERIES) == 5003);
            } catch (IOException | InterruptedException | ExecutionException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void join(CountDownLatch latch) {
        try {
            assertThat(latch.await(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // TESTING.md F43
    @Test
    void whatIsPassedOnForOneAskerIsLimitedByCount() {
        fresh.run(() -> {
            Set<String> asked = ConcurrentHashMap.newKeySet();
            InetSocketAddress upstream = new InetSocketAddress(H3, NamesSpec.PORT);
            // Three times the same, so that the queries are under way for long.
            NamesSpec spec = spec("h1", docker).withUpstreams(() -> List.of(upstream, upstream, upstream));
            try (Scripted outside = new Scripted(H3, query -> {
                        asked.add(query.name());
                        return query.name().equals("other.example")
                                ? List.of(bytes(query, DnsMessage.QR, 1, OUTSIDE))
                                : List.of();
                    });
                    Names h1 = serve("10.0.0.1", spec);
                    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(CONTAINER, 0))) {
                for (int i = 0; i < 50; i++) {
                    byte[] query = DnsWriter.query(i, "x" + i + ".example", DnsMessage.A);
                    socket.send(new DatagramPacket(query, query.length, new InetSocketAddress(H1, NamesSpec.PORT)));
                }
                await(() -> count(h1, NamesCounter.QUERIES) == 50);
                assertThat(count(h1, NamesCounter.OVER_LIMIT)).isEqualTo(50 - 32);
                assertThat(addresses(ask(H1, H1, "other.example", DnsMessage.A)))
                        .containsExactly("8.8.8.8");
                await(() -> asked.size() == 32 + 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void allAskersTogetherAreLimitedToo() {
        CountDownLatch go = new CountDownLatch(1);
        NamesSpec spec = withHeldResolver(go);
        List<String> askers =
                IntStream.range(100, 117).mapToObj(i -> "250.0.1." + i).toList();
        askers.forEach(asker -> fresh.sh("ip addr add " + asker + "/32 dev lo"));
        fresh.run(() -> {
            List<AutoCloseable> sockets = new ArrayList<>();
            try (Names h1 = serve("10.0.0.1", spec)) {
                InetSocketAddress server = new InetSocketAddress(H1, NamesSpec.PORT);
                for (int i = 0; i < askers.size(); i++) {
                    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(askers.get(i), 0));
                    sockets.add(socket);
                    for (int each = 0; each < 32; each++) {
                        byte[] query = DnsWriter.query(each, "web.slow.fan.internal", DnsMessage.A);
                        socket.send(new DatagramPacket(query, query.length, server));
                    }
                    // No more at once than a socket has room for.
                    long sent = 32L * (i + 1);
                    await(() -> count(h1, NamesCounter.QUERIES) == sent);
                }
                await(() -> count(h1, NamesCounter.OVER_LIMIT) == 17 * 32 - 512);
                go.countDown();
                await(() -> count(h1, NamesCounter.ANSWERED) == 512);
                for (String asker : askers.subList(0, 9)) {
                    for (int each = 0; each < 8; each++) {
                        Socket tcp = new Socket();
                        sockets.add(tcp);
                        tcp.bind(new InetSocketAddress(asker, 0));
                        tcp.connect(server);
                    }
                }
                await(() -> count(h1, NamesCounter.OVER_LIMIT) == 17 * 32 - 512 + 9 * 8 - 64);
                for (AutoCloseable socket : sockets) {
                    socket.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anAnswerThatIsTooLargeForADatagramComesByTcpAlsoFromAnotherHost() {
        Listed many = new Listed("Docker");
        IntStream.range(2, 102).forEach(i -> many.with("web-" + i, "250.0.2." + i, "web"));
        fresh.run(() -> {
            try (Names h1 = h1();
                    Names h2 = serve("10.0.0.2", spec("h2", many))) {
                DnsMessage cut = ask(CONTAINER, H1, WEB, DnsMessage.A);
                assertThat(cut.flags() & DnsMessage.TC).isNotZero();
                assertThat(cut.answers()).isEmpty();
                assertThat(addresses(askByTcp(CONTAINER, H1, WEB, DnsMessage.A)))
                        .hasSize(100);
            }
        });
    }

    @Test
    void fansThatComeAndGoAreFollowedAndNothingIsLeftInTheEnd() {
        fresh.run(() -> {
            try (Names names = h1()) {
                assertThat(names.addresses())
                        .extracting(InetSocketAddress::getHostString)
                        .containsExactly(H1);
                names.serve(List.of());
                assertThat(names.addresses()).isEmpty();
                assertThat(fresh.sh("ss -Hlnut")).isEmpty();
                names.serve(List.of(TestNames.fan("10.0.0.3")));
                assertThat(addresses(ask(H3, H3, "h1.fan.internal", DnsMessage.A)))
                        .containsExactly(H3);
                try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(H1, NamesSpec.PORT))) {
                    assertThat(names.serve(List.of(TestNames.fan("10.0.0.1"))))
                            .singleElement()
                            .asString()
                            .startsWith("cannot take queries on 250.0.1.1 port 53: ");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            assertThat(fresh.sh("ss -Hlnut")).isEmpty();
            await(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("names")));
        });
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
