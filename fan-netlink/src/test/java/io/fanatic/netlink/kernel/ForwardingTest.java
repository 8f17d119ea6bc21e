package io.fanatic.netlink.kernel;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.FanEntry;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host is as open with a fan as without. It has two networks, each with a neighbour that sends whatever is for the other one, or for
 * containers, to the host:
 *
 * <pre>
 *   left 10.0.0.2/16 ---- u0 10.0.0.1/16 [host] u1 192.168.7.1/24 ---- right 192.168.7.2/24
 *                                        fan-250 250.0.1.1/8
 *                                           |
 *                                        box 250.0.1.2/8
 * </pre>
 */
class ForwardingTest {
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final UnderlaySpec UNDERLAY = UnderlaySpec.parse("10.0.0.1/16");
    private static final int MILLIS = 30_000;

    @RegisterExtension
    final FreshNamespace hosts = new FreshNamespace();

    @TempDir
    Path directory;

    private Namespace host = Namespace.named("host");
    private Namespace left = Namespace.named("left");
    private Namespace right = Namespace.named("right");

    @BeforeEach
    void aHostBetweenTwoNetworks() {
        host = hosts.namespace();
        left = hosts.another();
        right = hosts.another();
        for (Namespace each : List.of(host, left, right)) {
            shIn(each, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
            shIn(each, "sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.default.forwarding=0");
            shIn(each, "ip link set lo up");
        }
        connect(left, "u0", "10.0.0.1/16", "10.0.0.2/16");
        connect(right, "u1", "192.168.7.1/24", "192.168.7.2/24");
        shIn(left, "ip route add default via 10.0.0.1");
        shIn(right, "ip route add default via 192.168.7.1");
    }

    private void connect(Namespace neighbour, String device, String here, String there) {
        shIn(
                host,
                "ip link add " + device + " type veth peer name n0 netns "
                        + neighbour.network().getFileName());
        shIn(host, "ip addr add " + here + " dev " + device);
        shIn(host, "ip link set " + device + " up");
        shIn(neighbour, "ip addr add " + there + " dev n0");
        shIn(neighbour, "ip link set n0 up");
    }

    private Namespace box() {
        Namespace box = hosts.another();
        shIn(
                host,
                "ip link add vbox type veth peer name n0 netns " + box.network().getFileName());
        shIn(host, "ip link set vbox master fan-250 up");
        shIn(box, "ip addr add 250.0.1.2/8 dev n0");
        shIn(box, "ip link set n0 up");
        shIn(box, "ip route add default via 250.0.1.1");
        return box;
    }

    private FanNetwork network() {
        return FanNetwork.onThisHost().in(host).keepingStateIn(directory.resolve("run"), directory.resolve("state"));
    }

    private Plan up() {
        return network().up(FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.1/16")));
    }

    private void down() {
        network().down(OVERLAY, UNDERLAY);
    }

    private HostSnapshot snapshot() {
        return host.call(HostSnapshot::take);
    }

    /** A table that was replaced is listed last, which means nothing. */
    private static List<String> changes(HostSnapshot before, HostSnapshot after) {
        return sorted(before).changesTo(sorted(after));
    }

    private static HostSnapshot sorted(HostSnapshot snapshot) {
        return new HostSnapshot(snapshot.lines().stream().sorted().toList());
    }

    private String forwarding(String device) {
        return shIn(host, "cat /proc/sys/net/ipv4/conf/" + device + "/forwarding")
                .strip();
    }

    private static boolean reaches(Namespace from, String address) {
        return answers(from, address, "10");
    }

    /** What is refused is silent, so this takes its second. */
    private static boolean isRefused(Namespace from, String address) {
        return !answers(from, address, "1");
    }

    private static boolean answers(Namespace from, String address, String seconds) {
        return from.call(() -> new ProcessBuilder("ping", "-c", "1", "-w", seconds, address)
                        .redirectErrorStream(true)
                        .start()
                        .waitFor()
                == 0);
    }

    private static void needsNftables() {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES), "this kernel has no nftables");
    }

    @Test
    void theNetworksOfAHostAreAsFarApartWithAFanAsWithout() {
        needsNftables();
        HostSnapshot before = snapshot();
        assertThat(isRefused(left, "192.168.7.2")).isTrue();
        up();

        assertThat(isRefused(left, "192.168.7.2")).as("left to right").isTrue();
        assertThat(isRefused(right, "10.0.0.2")).as("right to left").isTrue();
        Namespace box = box();
        assertThat(reaches(box, "10.0.0.2")).as("out, and the answer").isTrue();
        assertThat(reaches(box, "192.168.7.2")).isTrue();
        assertThat(reaches(left, "250.0.1.2"))
                .as("as a router of the underlay may")
                .isTrue();
        assertThat(forwarding("all")).isEqualTo("0");

        shIn(host, "ip link del vbox");
        down();
        assertThat(before.changesTo(snapshot())).isEmpty();
        assertThat(directory.resolve("state"))
                .satisfiesAnyOf(
                        state -> assertThat(state).doesNotExist(),
                        state -> assertThat(state).isEmptyDirectory());
    }

    @Test
    void nothingTurnsBackIntoTheNetworkThatItCameFrom() {
        needsNftables();
        shIn(left, "ip addr add 10.0.0.3/32 dev lo");
        shIn(host, "ip route add 10.0.0.3/32 via 10.0.0.2");
        shIn(right, "ip route add 10.0.0.3/32 via 192.168.7.1");
        up();
        assertThat(isRefused(right, "10.0.0.3")).isTrue();
        assertThat(shIn(host, "nft list table ip fanatic-forward"))
                .contains("iifname { \"u0\", \"u1\" } oifname { \"u0\", \"u1\" }");
    }

    @Test
    void whatForwardedBeforeIsNeitherFilteredNorSwitchedBack() {
        needsNftables();
        shIn(host, "sysctl -qw net.ipv4.conf.u0.forwarding=1");
        HostSnapshot before = snapshot();
        up();
        assertThat(shIn(host, "nft list table ip fanatic-forward"))
                .contains("iifname \"u1\" oifname { \"u0\", \"u1\" }");
        down();
        assertThat(before.changesTo(snapshot())).isEmpty();
        shIn(host, "sysctl -qw net.ipv4.conf.u1.forwarding=1");
        before = snapshot();
        up();
        assertThat(reaches(left, "192.168.7.2")).as("as before the fan").isTrue();
        down();
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    /** Through the host, to the host, and of a container: none of what was there before a step ends with it. */
    @Test
    void connectionsOutliveEveryUpAndDown() throws IOException {
        needsNftables();
        shIn(host, "sysctl -qw net.ipv4.conf.u0.forwarding=1 net.ipv4.conf.u1.forwarding=1");
        try (Connection through = new Connection(left, right, "192.168.7.2");
                Connection own = new Connection(right, host, "192.168.7.1")) {
            List<Connection> all = List.of(through, own);
            up();
            for (Connection each : all) {
                each.goesOn();
            }
            Namespace box = box();
            try (Connection masqueraded = new Connection(box, right, "192.168.7.2")) {
                for (String damage : List.of("sysctl -qw net.ipv4.conf.fan-250.forwarding=0", "nft flush ruleset")) {
                    shIn(host, damage);
                    up();
                    masqueraded.goesOn();
                }
            }
            shIn(host, "ip link del vbox");
            down();
            for (Connection each : all) {
                each.goesOn();
            }
            up();
            for (Connection each : all) {
                each.goesOn();
            }
        }
    }

    /** A datagram of four packets, of which only the first has ports, goes out masqueraded, and its answer comes back. */
    @Test
    void fragmentsOfADatagramPassBothWays() throws IOException {
        needsNftables();
        up();
        Namespace box = box();
        shIn(box, "ip link set n0 mtu 1450");
        assertThat(echo(box, right, "192.168.7.2", 5000)).as("of a container").isTrue();
        shIn(host, "ip link del vbox");
        down();
        shIn(host, "sysctl -qw net.ipv4.conf.u0.forwarding=1 net.ipv4.conf.u1.forwarding=1");
        up();
        assertThat(echo(left, right, "192.168.7.2", 5000))
                .as("through the host")
                .isTrue();
    }

    private static boolean echo(Namespace from, Namespace to, String address, int bytes) throws IOException {
        byte[] sent = new byte[bytes];
        new SplittableRandom(1).nextBytes(sent);
        InetAddress target = InetAddress.getByName(address);
        try (DatagramSocket server = to.call(() -> new DatagramSocket(0, target));
                DatagramSocket client = from.call(() -> new DatagramSocket())) {
            server.setSoTimeout(MILLIS);
            client.setSoTimeout(MILLIS);
            client.send(new DatagramPacket(sent, bytes, target, server.getLocalPort()));
            DatagramPacket packet = new DatagramPacket(new byte[bytes + 1], bytes + 1);
            server.receive(packet);
            server.send(packet);
            DatagramPacket answer = new DatagramPacket(new byte[bytes + 1], bytes + 1);
            client.receive(answer);
            return Arrays.equals(Arrays.copyOf(answer.getData(), answer.getLength()), sent);
        }
    }

    /** A TCP connection whose ends are both here. */
    private static final class Connection implements AutoCloseable {
        private final Socket near;
        private final Socket far;
        private final SplittableRandom random = new SplittableRandom(1);

        Connection(Namespace from, Namespace to, String address) throws IOException {
            InetAddress target = InetAddress.getByName(address);
            try (ServerSocket server = to.call(() -> new ServerSocket(0, 1, target))) {
                near = from.call(() -> new Socket(target, server.getLocalPort()));
                far = server.accept();
            }
            near.setSoTimeout(MILLIS);
            far.setSoTimeout(MILLIS);
            goesOn();
        }

        /** Bytes arrive as they were sent, both ways. */
        void goesOn() throws IOException {
            byte[] bytes = new byte[10_000];
            random.nextBytes(bytes);
            near.getOutputStream().write(bytes);
            assertThat(far.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
            far.getOutputStream().write(bytes);
            assertThat(near.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
        }

        @Override
        public void close() throws IOException {
            near.close();
            far.close();
        }
    }

    /** Docker, LXD and libvirt find it off, as on a host without a fan, and switch it on for all devices. */
    @Test
    void whoSwitchesForwardingOnLaterHasItForHimself() {
        up();
        shIn(host, "sysctl -qw net.ipv4.ip_forward=1");
        assertThat(up().items()).extracting(Plan.Item::thing).contains("forwarding");
        assertThat(reaches(left, "192.168.7.2")).isTrue();
        assertThat(up().isEmpty()).isTrue();
        down();
        assertThat(forwarding("all")).isEqualTo("1");
        assertThat(forwarding("u0")).isEqualTo("1");

        shIn(host, "sysctl -qw net.ipv4.ip_forward=0");
        up();
        shIn(host, "sysctl -qw net.ipv4.ip_forward=1");
        down();
        assertThat(forwarding("u1")).as("down without another up").isEqualTo("1");
        assertThat(shIn(host, "nft list ruleset")).isEmpty();
    }

    @Test
    void somebodySwitchesADeviceOffOrAllOfThem() {
        up();
        HostSnapshot healthy = snapshot();
        for (String damage : List.of(
                "sysctl -qw net.ipv4.conf.u1.forwarding=0",
                "sysctl -qw net.ipv4.conf.fan-250.forwarding=0",
                "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.ip_forward=0")) {
            shIn(host, damage);
            assertThat(up().items()).as(damage).extracting(Plan.Item::thing).contains("forwarding");
            // Whoever switches all of them takes the redirects along.
            shIn(host, "sysctl -qw net.ipv4.conf.all.accept_redirects=1");
            assertThat(healthy.changesTo(snapshot())).as(damage).isEmpty();
        }
    }

    @Test
    void aDeviceThatComesLaterForwardsAfterTheNextUpAndStaysApartToo() {
        needsNftables();
        HostSnapshot without = snapshot();
        up();
        Namespace third = hosts.another();
        shIn(third, "ip link set lo up");
        shIn(
                host,
                "ip link add name u2.7 type veth peer name n0 netns "
                        + third.network().getFileName());
        shIn(host, "ip link set u2.7 up");
        shIn(host, "ip addr add 172.31.0.1/24 dev u2.7");
        shIn(third, "ip addr add 172.31.0.2/24 dev n0");
        shIn(third, "ip link set n0 up");
        shIn(third, "ip route add default via 172.31.0.1");
        assertThat(isRefused(left, "172.31.0.2")).as("nothing comes back").isTrue();

        up();
        assertThat(reaches(box(), "172.31.0.2")).isTrue();
        assertThat(isRefused(left, "172.31.0.2")).isTrue();
        assertThat(isRefused(third, "10.0.0.2")).isTrue();

        shIn(host, "ip link del vbox");
        shIn(host, "ip addr del 172.31.0.1/24 dev u2.7");
        assertThat(up().isEmpty()).as("it may come back").isTrue();
        shIn(host, "ip link del u2.7");
        assertThat(up().isEmpty()).as("nothing to do about what is gone").isTrue();
        down();
        assertThat(without.changesTo(snapshot())).isEmpty();
    }

    /** A name that nft cannot write is left out, and one that is no name never becomes a path. */
    @Test
    void namesAreNeverTakenForAnythingElse() throws Exception {
        shIn(host, "ip link add name \"*;drop type bridge");
        shIn(host, "ip addr add 172.31.0.1/24 dev \"*;drop");
        up();
        assertThat(forwarding("\"*;drop")).isEqualTo("0");

        Path file = directory.resolve("state/journal");
        String journal = Files.readString(file);
        String earlier = journal.replaceFirst("devices", "forwarding")
                .replaceFirst(" on .*", " on ../../ipv6/conf/all,all,default beside ");
        Files.writeString(file, earlier + journal.replace(" on ", " on ../../ipv6/conf/all all default .. a:b "));
        shIn(host, "sysctl -qw net.ipv6.conf.all.forwarding=1");
        down();
        assertThat(shIn(host, "sysctl -n net.ipv6.conf.all.forwarding").strip()).isEqualTo("1");
        assertThat(forwarding("u0")).isEqualTo("0");
    }

    @Test
    void whatAnEarlierVersionSwitchedOnEverywhereIsNarrowedByUp() {
        HostSnapshot before = snapshot();
        up();
        HostSnapshot narrow = snapshot();
        down();
        asAnEarlierVersion("");
        assertThat(forwarding("all")).isEqualTo("1");

        assertThat(up().lines()).anyMatch(line -> line.startsWith("set net.ipv4.ip_forward back to 0"));
        assertThat(changes(narrow, snapshot())).isEmpty();
        assertThat(up().isEmpty()).isTrue();
        down();
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    @Test
    void whatAnEarlierVersionSwitchedOnStaysWhereABridgeThatCameLaterNeedsIt() {
        up();
        down();
        asAnEarlierVersion("");
        shIn(host, "ip link add docker0 type bridge");
        assertThat(up().isEmpty()).as("all that is missing was there").isTrue();
        assertThat(forwarding("all")).isEqualTo("1");
        down();
        assertThat(forwarding("all")).as("Docker relies on it").isEqualTo("1");

        shIn(host, "sysctl -qw net.ipv4.ip_forward=0");
        asAnEarlierVersion("docker0");
        down();
        assertThat(forwarding("all")).as("the older bridge lived without").isEqualTo("0");
    }

    /** As they left a host: forwarding on for all devices and noted, a fan without switches of its own. */
    private void asAnEarlierVersion(String bridges) {
        up();
        host.run(() -> {
            ForwardingJournal journal = new ForwardingJournal(directory.resolve("state"), IpFamily.IPV4);
            journal.everywhere(
                    new ForwardingJournal.Note(List.of(), bridges.isEmpty() ? List.of() : List.of(bridges.split(","))));
            journal.forgetSwitched();
        });
        if (KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES)) {
            shIn(host, "nft delete table ip fanatic-forward");
        }
        shIn(host, "sysctl -qw net.ipv4.ip_forward=1");
        assertThat(network().list()).hasSize(1);
    }

    @Test
    void aDeviceThatIsRenamedIsOursStillAndOneThatTakesItsNameIsNot() {
        needsNftables();
        HostSnapshot before = snapshot();
        up();
        shIn(host, "ip link set u1 down");
        shIn(host, "ip link set u1 name u9");
        shIn(host, "ip link set u9 up");
        up();
        assertThat(isRefused(left, "192.168.7.2")).isTrue();
        assertThat(forwarding("u9")).isEqualTo("1");
        shIn(host, "ip link add u1 type bridge");
        shIn(host, "sysctl -qw net.ipv4.conf.u1.forwarding=1");
        up();
        network().down(OVERLAY, UNDERLAY);
        assertThat(forwarding("u1")).isEqualTo("1");
        assertThat(forwarding("u9")).isEqualTo("0");
        shIn(host, "ip link del u1");
        shIn(host, "ip link set u9 down");
        shIn(host, "ip link set u9 name u1");
        shIn(host, "ip link set u1 up");
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    @Test
    void aRedirectOfAContainersIsNotBelieved() {
        up();
        assertThat(shIn(host, "sysctl -n net.ipv4.conf.fan-250.accept_redirects")
                        .strip())
                .isEqualTo("0");
    }
}
