package io.fanatic.cli.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.cli.engines.ContainerEngines;
import io.fanatic.core.Counter;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert;
import org.assertj.core.api.ThrowableAssertAlternative;

/** An engine on a lab's host, asked from inside the host as {@code fanatic} asks it. */
public record EngineHost(LabHost host, EngineKind kind) {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    public ContainerEngine engine() {
        return ContainerEngines.onThisHost(Map.of(), Journal.DIRECTORY).get(kind.ordinal());
    }

    public FanAttachment fan() {
        Fan fan = FanNetwork.onThisHost().in(host.namespace()).list().get(0);
        return FanAttachment.of(fan, fan.slices().get(0));
    }

    public <T> T inside(Callable<T> work) {
        return host.namespace().call(work);
    }

    public EngineStatus status() {
        FanAttachment fan = fan();
        return inside(() -> engine().status(fan));
    }

    public EnginePlan enable() {
        FanAttachment fan = fan();
        return inside(() -> engine().enable(fan, EngineOptions.USUAL));
    }

    public EnginePlan disable(boolean force) {
        FanAttachment fan = fan();
        return inside(() -> engine().disable(fan, force));
    }

    public List<String> containers() {
        FanAttachment fan = fan();
        return inside(() -> engine().containersOn(fan));
    }

    /** Those of {@link #containers} that do not run. */
    public List<String> stopped() {
        FanAttachment fan = fan();
        return inside(() -> {
            List<String> names = new ArrayList<>(engine().containersOn(fan));
            names.retainAll(engine().stoppedOn(fan));
            return names;
        });
    }

    public List<Misfit> misfits() {
        FanAttachment fan = fan();
        return inside(() -> engine().misfits(fan));
    }

    public TestContainer startTest(Optional<String> image, Consumer<String> progress) {
        FanAttachment fan = fan();
        return new Inside(this, inside(() -> engine().startTest(fan, image, progress)));
    }

    /** Closes from inside, where the engine's socket is. */
    private record Inside(EngineHost where, TestContainer test) implements TestContainer {
        @Override
        public String id() {
            return test.id();
        }

        @Override
        public Ipv4Address address() {
            return test.address();
        }

        @Override
        public Namespace namespace() {
            return test.namespace();
        }

        @Override
        public void close() {
            where.host.namespace().run(test::close);
        }
    }

    /** The host's network, its files that engines read, and what the command says. */
    public HostSnapshot snapshot(String... command) {
        List<String> lines = new ArrayList<>(inside(() -> HostSnapshot.take().lines()));
        lines.addAll(inside(() ->
                files(Path.of("/etc/docker"), Journal.DIRECTORY, Path.of("/etc/cni"), Path.of("/etc/containers"))));
        lines.addAll(host.exec(command).orThrow().output().lines().toList());
        return new HostSnapshot(lines);
    }

    private static List<String> files(Path... directories) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path directory : directories) {
            if (!Files.exists(directory)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted().toList()) {
                    lines.add(file + " " + Files.getPosixFilePermissions(file)
                            + (Files.isRegularFile(file) ? Files.readString(file) : ""));
                }
            }
        }
        return lines;
    }

    public static ThrowableAssertAlternative<CommandException> refused(
            ExitCode code, ThrowableAssert.ThrowingCallable work) {
        return org.assertj.core.api.Assertions.assertThatExceptionOfType(CommandException.class)
                .isThrownBy(work)
                .satisfies(e -> assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(code))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines())
                        .as("one sentence")
                        .hasSize(1));
    }

    /** Ping that fills the MTU, then checksummed TCP both ways; the other end must see the true source. */
    public static void reaches(
            Probes probes, Namespace from, Ipv4Address source, Namespace to, Ipv4Address target, int mtu) {
        // Tests that run at the same time may fill the kernel's one table of neighbours for a while.
        PingResult ping;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        do {
            ping = Ping.to(target).withPayload(mtu - 28).start(probes, from).join();
        } while (!ping.ok() && System.nanoTime() < deadline);
        assertThat(ping.ok()).as(source + " pings " + ping).isTrue();
        TransferResult transfer = BulkTransfer.to(target)
                .withTimeout(PATIENCE)
                .start(probes, from, to)
                .join();
        assertThat(transfer.error()).as(source + " to " + target).isEmpty();
        assertThat(transfer.source()).as(source + " to " + target).contains(source);
    }

    /**
     * One container of each of two hosts, whose fan sends IPv4 without encapsulation at the underlay's own MTU: each reaches the other and,
     * masqueraded, the outside.
     */
    public static void reachDirectly(Probes probes, Lab lab, List<Namespace> containers) {
        for (int i = 0; i < containers.size(); i++) {
            Namespace from = containers.get(i);
            Namespace to = containers.get(1 - i);
            ContainerNet source = ContainerNet.await(from);
            assertThat(source.mtu()).isEqualTo(lab.spec().underlayMtu());
            reaches(
                    probes,
                    from,
                    source.address(),
                    to,
                    ContainerNet.await(to).address(),
                    lab.spec().underlayMtu());
            reachesTheOutside(probes, lab, lab.hosts().get(i), from);
        }
        assertSentDirectly(lab);
    }

    /** A checksummed transfer to the lab's outside, masqueraded by this host. */
    public static void reachesTheOutside(Probes probes, Lab lab, LabHost host, Namespace from) {
        TransferResult out = BulkTransfer.to(lab.spec().outsideAddress())
                .withTimeout(PATIENCE)
                .start(probes, from, lab.outside())
                .join();
        assertThat(out.error()).as("from " + host + " to the outside").isEmpty();
        assertThat(out.source()).as("masqueraded").contains(host.underlayAddress());
    }

    /** Each host of the lab has sent without encapsulation, and has refused nothing of what came so. */
    public static void assertSentDirectly(Lab lab) {
        for (LabHost host : lab.hosts()) {
            FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
            Map<Counter, Long> counters = network.counters(network.list().get(0));
            assertThat(counters.get(Counter.SENT_DIRECT)).isGreaterThan(100);
            assertThat(counters.get(Counter.RECEIVE_SPOOFED)).isZero();
            assertThat(counters.get(Counter.RECEIVE_NO_NEIGHBOUR)).isZero();
        }
    }

    /**
     * Brings the fan up on all hosts, as the arguments say, on the fast path or without encapsulation.
     *
     * @param form {@code ""} for the fast path, {@code " --direct"}
     */
    public static void bringUp(Lab lab, String arguments, String form) {
        for (LabHost host : lab.hosts()) {
            CliRun.fanctl(host, arguments + form).done();
        }
        for (LabHost host : lab.hosts()) {
            if (form.isEmpty()) {
                assertThat(CliRun.fanctl(host, "show --json").done()).contains("\"used\": true");
            } else {
                assertThat(CliRun.fanctl(host, "show").done())
                        .contains("sends and receives packets without encapsulation, by eth0");
            }
        }
    }

    /**
     * Uses port 8080 of the first host, which is port 80 of a container there: from the host itself, from the other host, from a container of
     * the other host and from outside.
     *
     * @param container whose port it is
     * @param other a container of the other host
     * @param byOverlay also by the address that the first host has in the overlay
     * @return the addresses from which the container was asked by the other host, its container and the outside, by the first host's
     *     address on the underlay
     */
    public static List<String> usePublished(Lab lab, Namespace container, Namespace other, boolean byOverlay) {
        LabHost first = lab.hosts().get(0);
        List<Namespace> users = List.of(lab.hosts().get(1).namespace(), other, lab.outside());
        String underlay = first.underlayAddress().toString();
        String overlay = first.address().toString();
        try (PublishedPort published = PublishedPort.of(container, 80)) {
            for (String own : List.of("127.0.0.1", underlay, overlay)) {
                published.use(first.namespace(), own, 8080);
            }
            if (byOverlay) {
                published.use(users.get(0), overlay, 8080);
                published.use(other, overlay, 8080);
            }
            return users.stream()
                    .map(user -> published.use(user, underlay, 8080))
                    .toList();
        }
    }

    /** What {@link #usePublished} gives where the first host only translates the destination: the other host masquerades its container. */
    public static List<String> trueSources(Lab lab) {
        String other = lab.hosts().get(1).underlayAddress().toString();
        return List.of(other, other, "10.0.255.254");
    }

    /** As {@link #reaches}, by IPv6, as soon as the addresses are usable. */
    public void reachesByIpv6(Probes probes, long from, long to, String target, int mtu) {
        reachesByIpv6(probes, from, namespace(to), target, mtu);
    }

    /**
     * As {@link #reaches}, an address outside the overlay that the other host has, masqueraded. This host gets a default route of IPv6 for it.
     *
     * @param up brings the fan up as it is, with its IPv6 overlay
     */
    public void reachesOutsideByIpv6(Probes probes, long from, LabHost other, String up, int mtu) {
        String outside = "2001:db8:2::1";
        other.exec(
                        "sh",
                        "-e",
                        "-c",
                        "ip -6 address add 2001:db8:1::2/64 dev eth0 nodad; ip -6 address add " + outside
                                + "/128 dev lo")
                .orThrow();
        host.exec(
                        "sh",
                        "-e",
                        "-c",
                        "ip -6 address add 2001:db8:1::1/64 dev eth0 nodad; ip -6 route add default via 2001:db8:1::2")
                .orThrow();
        try {
            CliRun.fanctl(host, up).done();
            assertThat(reachesByIpv6(probes, from, other.namespace(), outside, mtu)
                            .source())
                    .contains(IpAddress.parse("2001:db8:1::1"));
        } finally {
            host.exec("sh", "-c", "ip -6 route del default; ip -6 address del 2001:db8:1::1/64 dev eth0");
            other.exec(
                    "sh",
                    "-c",
                    "ip -6 address del 2001:db8:1::2/64 dev eth0; ip -6 address del " + outside + "/128 dev lo");
        }
    }

    private TransferResult reachesByIpv6(Probes probes, long from, Namespace to, String target, int mtu) {
        // 40 bytes of IPv6 and 8 of ICMPv6. The kernel asks for a second whether another container has an address,
        // unless it is told not to.
        host.exec(
                        "nsenter",
                        "-t",
                        Long.toString(from),
                        "-n",
                        "sh",
                        "-c",
                        "for i in $(seq " + PATIENCE.toSeconds() + "); do ping -6 -q -c 1 -W 1 -M do -s " + (mtu - 48)
                                + " " + target + " && exit 0; done; exit 1")
                .orThrow();
        TransferResult transfer = BulkTransfer.to(IpAddress.parse(target))
                .withTimeout(PATIENCE)
                .start(probes, namespace(from), to)
                .join();
        assertThat(transfer.error()).as(target).isEmpty();
        return transfer;
    }

    public static Namespace namespace(long pid) {
        return new Namespace(Path.of("/proc/" + pid + "/ns/net"), Optional.empty());
    }
}
