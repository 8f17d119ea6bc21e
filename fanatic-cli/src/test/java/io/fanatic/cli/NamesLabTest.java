package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Names of real containers on two hosts, asked for by other people's clients.
 *
 * <pre>
 *   h1 10.0.0.1  Docker: db, Incus: box           h2 10.0.0.2  Docker: web, and the service front of shop
 * </pre>
 */
@FanLab(hosts = 2, containers = 0, fan = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NamesLabTest {
    private static final String H1 = "250.0.1.1";
    private static final String H2 = "250.0.2.1";
    private static final String WEB = "web.h2.fan-250.internal";
    private static final int LOOK_UPS = 200;
    private static final int TRIES = 3;

    private Path directory;

    private LabHost h1;
    private LabHost h2;
    private Dockerd docker1;
    private Dockerd docker2;
    private Lxd incus;
    private final List<WatchRun> servers = new ArrayList<>();

    @BeforeAll
    void start(Lab lab, @TempDir Path work) {
        directory = work;
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        for (LabHost host : lab.hosts()) {
            CliRun up = CliRun.fanctl(
                    host,
                    "up --dhcp --names --overlay6 fd00:fa::/48 -u " + host.underlayAddress() + "/16 -o 250.0.0.0/8");
            assertThat(up.exitCode()).as(up.err()).isEqualTo(ExitCode.DONE);
            // The hosts know each other as hosts do that have no DNS of their own.
            write(host, "/etc/hosts", "127.0.0.1 localhost\n10.0.0.1 h1\n10.0.0.2 h2\n");
        }
        docker1 = Dockerd.start(h1);
        docker2 = Dockerd.start(h2);
        incus = Lxd.startIncus(h1);
        CliRun.fanatic(h1, "enable-docker").done();
        CliRun.fanatic(h2, "enable-docker").done();
        CliRun.fanatic(h1, "enable-incus").done();
        docker1.run("db", "--network", "fan-250", "--dns", H1);
        docker2.run("web", "--network", "fan-250", "--dns", H2, "--ip", "250.0.2.200");
        docker2.run(
                "shop-front-1",
                "--network",
                "fan-250",
                "--ip",
                "250.0.2.201",
                "--label",
                "com.docker.compose.project=shop",
                "--label",
                "com.docker.compose.service=front");
        incus.run("box", "default", "fan-250");
        for (LabHost host : lab.hosts()) {
            serve(host);
            // From now on what is started there asks the fan's server; bringing a fan up refuses such a name server.
            write(host, "/etc/resolv.conf", "nameserver " + host.address() + "\n");
        }
        // Where the JVMs of both are new, the first question takes long.
        WatchRun.await(
                "found",
                () -> inNetworkOf(docker1, h1, "db", "dig", "+short", WEB).startsWith("250.0.2.200")
                        && inNetworkOf(docker2, h2, "web", "dig", "+short", "db.h1.fan.internal")
                                .startsWith("250.0.1."),
                () -> CliRun.fanatic(h1, "resolve " + WEB).out());
    }

    @AfterAll
    void stop() {
        servers.forEach(WatchRun::close);
        incus.close();
        docker1.close();
        docker2.close();
        for (LabHost host : List.of(h1, h2)) {
            CliRun.fanatic(host, "deconfigure --yes --force");
            CliRun.fanctl(host, "down -e");
        }
    }

    private WatchRun serve(LabHost host) {
        WatchRun server = WatchRun.names(host, directory);
        servers.add(server);
        server.hear("Serving fan-250.internal at " + host.address());
        return server;
    }

    private static void write(LabHost host, String file, String text) {
        host.namespace().run(() -> {
            try {
                Files.deleteIfExists(Path.of(file));
                Files.writeString(Path.of(file), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** A program of the host's in the network of a container, with the host's files. */
    private static String inNetworkOf(Dockerd docker, LabHost host, String container, String... words) {
        Namespace network = new Namespace(
                Path.of("/proc/" + docker.pidOf(container) + "/ns/net"),
                host.namespace().mount());
        try {
            Process process = new ProcessBuilder(network.command(List.of(words)))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String java(Dockerd docker, LabHost host, String container, Class<?> main, String... words) {
        return inNetworkOf(docker, host, container, program(main, words));
    }

    /** The words that start a class with a JDK's usual settings. */
    static String[] program(Class<?> main, String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(Arrays.asList(words));
        return command.toArray(String[]::new);
    }

    /** What a program on a JDK sees. */
    static final class Jdk {
        private Jdk() {}

        /** @param args names to look up, then an address to look up backwards */
        public static void main(String[] args) throws IOException {
            for (String name : args) {
                InetAddress found = InetAddress.getByName(name);
                System.out.println(name + " " + found.getHostAddress() + " " + found.getCanonicalHostName());
            }
        }
    }

    /** Milliseconds of look-ups, each new to the JDK. */
    static final class Timed {
        private Timed() {}

        public static void main(String[] args) throws IOException {
            Security.setProperty("networkaddress.cache.ttl", "0");
            Security.setProperty("networkaddress.cache.negative.ttl", "0");
            long[] nanos = new long[LOOK_UPS];
            for (int i = 0; i < LOOK_UPS; i++) {
                long begin = System.nanoTime();
                find(args[0], TRIES);
                nanos[i] = System.nanoTime() - begin;
            }
            Arrays.sort(nanos);
            System.out.println("median " + nanos[LOOK_UPS / 2] / 1000);
        }

        /** On a busy machine Docker may be too slow for the server, which says "try again"; the time counts. */
        private static void find(String name, int tries) throws IOException {
            try {
                InetAddress.getByName(name);
            } catch (UnknownHostException e) {
                if (tries == 1) {
                    throw e;
                }
                find(name, tries - 1);
            }
        }
    }

    @Test
    @Order(1)
    void everyClientFindsContainersOfBothHostsForwardAndBack() {
        String web6 = addressOf(docker2, "web", "GlobalIPv6Address");
        assertThat(web6).startsWith("fd00:fa:0:2:");
        assertThat(docker1.docker("exec", "db", "nslookup", WEB).orThrow().output())
                .as("busybox in a container of h1")
                .contains("Address: 250.0.2.200", "Address: " + web6);
        assertThat(docker2.docker("exec", "web", "nslookup", "db.h1.fan.internal", H2)
                        .orThrow()
                        .output())
                .as("and the other way round")
                .contains(addressOf(docker1, "db"));
        assertThat(docker1.docker("exec", "db", "nslookup", "250.0.2.200")
                        .orThrow()
                        .output())
                .contains("name = web.10-0-0-2.fan-250.internal");
        assertThat(inNetworkOf(docker1, h1, "db", "getent", "ahosts", WEB)).contains("250.0.2.200", web6);
        assertThat(inNetworkOf(docker2, h2, "web", "getent", "hosts", addressOf(docker1, "db")))
                .contains("db.10-0-0-1.fan-250.internal");
        for (String transport : List.of("+notcp", "+tcp")) {
            assertThat(inNetworkOf(docker1, h1, "db", "dig", transport, "+short", WEB)
                            .strip())
                    .isEqualTo("250.0.2.200");
        }
        assertThat(inNetworkOf(docker1, h1, "db", "dig", "+short", "AAAA", WEB).strip())
                .isEqualTo(web6);
        assertThat(inNetworkOf(docker1, h1, "db", "dig", "+short", "-x", web6).strip())
                .isEqualTo("web.10-0-0-2.fan-250.internal.");
        assertThat(docker1.docker("exec", "db", "nslookup", web6).orThrow().output())
                .contains("name = web.10-0-0-2.fan-250.internal");
        assertThat(inNetworkOf(docker2, h2, "web", "getent", "hosts", addressOf(docker1, "db", "GlobalIPv6Address")))
                .contains("db.10-0-0-1.fan-250.internal");
        assertThat(java(docker1, h1, "db", Jdk.class, web6)).endsWith(" web.10-0-0-2.fan-250.internal\n");
        assertThat(java(docker1, h1, "db", Jdk.class, WEB, "250.0.2.200"))
                .isEqualTo(WEB + " 250.0.2.200 web.10-0-0-2.fan-250.internal\n"
                        + "250.0.2.200 250.0.2.200 web.10-0-0-2.fan-250.internal\n");
        assertThat(java(docker2, h2, "web", Jdk.class, "db.h1.fan.internal")).contains(addressOf(docker1, "db"));
    }

    @Test
    @Order(2)
    void servicesOfComposeAndInstancesOfIncusHaveNamesToo() {
        for (String name : List.of("front.h2", "front.shop.h2", "shop-front-1.h2")) {
            assertThat(inNetworkOf(docker1, h1, "db", "dig", "+short", name + ".fan.internal")
                            .strip())
                    .as(name)
                    .isEqualTo("250.0.2.201");
        }
        WatchRun.await(
                "the instance has a name",
                () -> inNetworkOf(docker2, h2, "web", "dig", "+short", "box.h1.fan.internal")
                        .startsWith("250.0.1."),
                () -> incus.client("list").output());
        String box = inNetworkOf(docker2, h2, "web", "dig", "+short", "box.h1.fan.internal")
                .strip();
        assertThat(incus.client("exec", "box", "--", "cat", "/etc/resolv.conf").output())
                .as("told by DHCP")
                .contains("nameserver " + H1);
        assertThat(incus.client("exec", "box", "--", "nslookup", WEB).orThrow().output())
                .contains("250.0.2.200");
        try (Probes probes = Probes.open()) {
            assertThat(BulkTransfer.to(Ipv4Address.parse(box))
                            .start(
                                    probes,
                                    new Namespace(
                                            Path.of("/proc/" + docker2.pidOf("web") + "/ns/net"), Optional.empty()),
                                    new Namespace(Path.of("/proc/" + incus.pidOf("box") + "/ns/net"), Optional.empty()))
                            .join())
                    .satisfies(transfer -> assertThat(transfer.error()).isEmpty());
        }
    }

    @Test
    @Order(3)
    void resolveTellsEachStepAndWhatIsMissing() {
        assertThat(CliRun.fanctl(h1, "show").done())
                .endsWith("\nfan-250: serves names of containers: CONTAINER.HOST.fan-250.internal\n");
        assertThat(CliRun.fanatic(h1, "show --json").done()).contains("\"served\": true");
        assertThat(CliRun.fanatic(h1, "resolve web.h2").done())
                .isEqualTo("host h2: 10.0.0.2, as the host's resolver says\n"
                        + "slice: 250.0.2.0/24, host address 250.0.2.1\n"
                        + "slice: fd00:fa:0:2::/64, host address fd00:fa:0:2::1\n"
                        + "asked: 250.0.2.1 for web.10-0-0-2.fan-250.internal\n"
                        + "asked: 250.0.2.1 for the IPv6 addresses of web.10-0-0-2.fan-250.internal\n"
                        + "answer: 250.0.2.200, " + addressOf(docker2, "web", "GlobalIPv6Address") + "\n");
        assertThat(CliRun.fanatic(h1, "resolve 250.0.2.200").out()).endsWith("answer: web.10-0-0-2.fan-250.internal\n");
        assertThat(CliRun.fanatic(h1, "resolve --json db.h1").out()).contains("\"addresses\":[\"250.0.1.");
        CliRun nobody = CliRun.fanatic(h1, "resolve nobody.h2");
        assertThat(nobody.out()).endsWith("answer: no such name\n");
        assertThat(nobody.exitCode()).isEqualTo(ExitCode.FAILED);
        CliRun.fanatic(h1, "resolve web.example.internal")
                .refused(ExitCode.USAGE, "is of no fan of this host; their names end in fan-250.internal");
    }

    @Test
    @Order(4)
    void aContainerThatIsMadeAnewIsFoundAtItsNewAddressAlsoAfterItsServerWasKilled() {
        docker2.docker("rm", "-f", "web").orThrow();
        docker2.run("web", "--network", "fan-250", "--ip", "250.0.2.222");
        WatchRun.await(
                "found at its new address",
                () -> docker1.docker("exec", "db", "nslookup", WEB).output().contains("250.0.2.222"),
                () -> CliRun.fanatic(h1, "resolve " + WEB).out());
        assertThat(inNetworkOf(docker1, h1, "db", "dig", "+short", "-x", "250.0.2.222")
                        .strip())
                .isEqualTo("web.10-0-0-2.fan-250.internal.");
        WatchRun killed = servers.get(1);
        killed.signal("KILL");
        killed.end();
        CliRun silent = CliRun.fanatic(h1, "resolve other.h2");
        assertThat(silent.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(silent.out())
                .contains("250.0.2.1 has no server for names: ")
                .endsWith("answer: unknown (SERVFAIL)\n");
        serve(h2);
        WatchRun.await(
                "found again",
                () -> inNetworkOf(docker1, h1, "db", "dig", "+short", WEB).startsWith("250.0.2.222"),
                () -> CliRun.fanatic(h1, "resolve " + WEB).out());
    }

    // TESTING.md F43
    @Test
    @Order(5)
    void theDoctorSaysWhyNamesAreNotFound() {
        assertThat(doctor(h1, "--peer 10.0.0.2"))
                .as("all is well")
                .doesNotContain("names (", "names-peer", "name-twice");
        write(h1, "/etc/resolv.conf", "nameserver " + H1 + "\nsearch example.org fan-250.internal\n");
        assertThat(doctor(h1, "")).contains("he search list of this host has a zone of the fan");
        write(h1, "/etc/resolv.conf", "nameserver 127.0.0.9\n");
        assertThat(doctor(h1, "")).contains("his host itself does not find names of fan-250");
        write(h1, "/etc/resolv.conf", "nameserver " + H1 + "\n");
        docker1.run("box", "--network", "fan-250");
        assertThat(doctor(h1, ""))
                .contains("box is the name of containers of Docker and Incus: it leads to all of them");
        docker1.docker("rm", "-f", "box").orThrow();

        WatchRun server = servers.get(2);
        server.signal("KILL");
        server.end();
        assertThat(doctor(h2, ""))
                .contains("ames of containers are to be served on fan-250, and nobody does")
                .contains("nothing listens at 250.0.2.1 port 53");
        assertThat(doctor(h1, "--peer 250.0.2.1"))
                .contains("ames of containers of 10.0.0.2 are not found", "250.0.2.1 has no server for names");
        CliRun test = CliRun.fanatic(h1, "test host --no-throughput --no-data 10.0.0.2");
        assertThat(test.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(test.out()).contains("250.0.2.1 has no server for names", "fanatic enable-names");
        try (DatagramSocket liar = h2.namespace().call(() -> new DatagramSocket(new InetSocketAddress(H2, 53)))) {
            Thread thread = new Thread(() -> lie(liar), "liar");
            thread.start();
            assertThat(doctor(h1, "--peer 10.0.0.2"))
                    .contains("is not believed: 250.0.9.9 is outside its slice 250.0.2.0/24");
        }
        serve(h2);
    }

    private static String doctor(LabHost host, String options) {
        // Its lines are broken where a terminal ends.
        return CliRun.fanatic(host, ("doctor " + options).strip()).out().replaceAll("\\s+", " ");
    }

    /** Answers each question with an address of another host's slice, with authority. */
    private static void lie(DatagramSocket socket) {
        byte[] buffer = new byte[512];
        byte[] record = {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, (byte) 250, 0, 9, 9};
        try {
            while (true) {
                DatagramPacket query = new DatagramPacket(buffer, buffer.length);
                socket.receive(query);
                // The question ends after its name, type and class; additional records follow it.
                int end = 12;
                while (buffer[end] != 0) {
                    end += buffer[end] + 1;
                }
                end += 5;
                byte[] answer = Arrays.copyOf(buffer, end + record.length);
                System.arraycopy(record, 0, answer, end, record.length);
                answer[2] = (byte) 0x84;
                answer[3] = 0;
                answer[7] = 1;
                answer[11] = 0;
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            }
        } catch (IOException closed) {
            // By the test, at its end.
        }
    }

    @Test
    @Order(6)
    void aLookUpCostsLittle() throws IOException {
        String median = java(docker1, h1, "db", Timed.class, WEB);
        assertThat(median).startsWith("median ");
        System.out.println("number: microseconds of a look-up of another host's container by a JDK, median of "
                + LOOK_UPS + ": " + median.substring("median ".length()).strip());
        String rss = Files.readAllLines(Path.of("/proc/" + servers.get(0).pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        System.out.println("number: kB of memory of fanatic names (VmRSS): " + rss.replaceAll("\\D", ""));
    }

    @Test
    @Order(7)
    void aFanThatComesAndGoesIsFollowedAndAStopLeavesNothing() {
        WatchRun second = servers.get(3);
        write(h2, "/etc/resolv.conf", "nameserver 127.0.0.1\n");
        docker2.removeContainers();
        CliRun.fanatic(h2, "disable-docker").done();
        CliRun.fanctl(h2, "down -e");
        second.hear("No fan with names is up; waiting for one");
        assertThat(h2.exec("ss", "-Hlnut", "sport", "=", "53").orThrow().output())
                .isEmpty();
        CliRun.fanctl(h2, "up -u 10.0.0.2/16 -o 250.0.0.0/8").done();
        assertThat(CliRun.fanctl(h2, "show").done()).doesNotContain("names");
        CliRun up = CliRun.fanctl(h2, "up --names -u 10.0.0.2/16 -o 250.0.0.0/8");
        assertThat(up.exitCode()).as(up.err()).isEqualTo(ExitCode.DONE);
        second.hear("Serving fan-250.internal at 250.0.2.1");
        assertThat(second.end()).isZero();
        assertThat(second.lines().get(second.lines().size() - 1)).startsWith("queries ");
        assertThat(CliRun.fanctl(h2, "show").done())
                .contains(
                        "names", "fan-250: names of containers are not served: nothing listens at 250.0.2.1 port 53; ");
        assertThat(CliRun.fanctl(h2, "show --json").done()).contains("\"served\": false");
        assertThat(CliRun.fanctl(h2, "up --names -u 10.0.0.2/16 -o 250.0.0.0/8").err())
                .contains("note: names of containers are not served: nothing listens at 250.0.2.1 port 53");
        assertThat(h2.exec("ss", "-Hlnut", "sport", "=", "53").orThrow().output())
                .isEmpty();
    }

    private static String addressOf(Dockerd docker, String container) {
        return addressOf(docker, container, "IPAddress");
    }

    private static String addressOf(Dockerd docker, String container, String field) {
        return docker.docker(
                        "inspect", "-f", "{{(index .NetworkSettings.Networks \"fan-250\")." + field + "}}", container)
                .orThrow()
                .output()
                .strip();
    }
}
