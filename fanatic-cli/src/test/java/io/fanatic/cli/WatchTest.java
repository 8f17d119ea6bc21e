package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fanctl watch} as a service runs it: what it does and what it leaves alone, and that it costs nothing while nothing happens. */
@FanLab(hosts = 1, containers = 0, fan = false)
class WatchTest {
    @TempDir
    Path directory;

    private LabHost host;

    @BeforeEach
    void configure(Lab lab) {
        host = lab.hosts().get(0);
        run("mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 dhcp direct > /etc/network/fan");
    }

    @AfterEach
    void takeDown() {
        fanctl(host, "down -e").done();
        run("rm -f /etc/network/fan");
    }

    private void run(String script) {
        host.exec("sh", "-e", "-c", script).orThrow();
    }

    private String said(String script) {
        return host.exec("sh", "-e", "-c", script).orThrow().output().strip();
    }

    @Test
    void itBringsTheFansUpSleepsInPollAndEndsOnSigtermLeavingThem() {
        try (WatchRun watch = WatchRun.start(host, directory)) {
            assertThat(watch.hear("watching")).isEqualTo("watching 250.0.0.0/8: the slice 250.0.1.0/24 of 10.0.0.1");
            watch.await("asleep", watch::sleepsInPollForEver);
            assertThat(watch.end()).isZero();
        }
        assertThat(fanctl(host, "up -a").done()).contains("is up already, nothing to do");
    }

    /** Each of these tells in another way: rtnetlink links, tc or perf events, nftables, a pidfd, addresses, netconf. */
    @Test
    void whatIsTakenAwayIsRepairedOnceAndItsOwnChangesAreNoEvents() {
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching");
            for (String damage : List.of(
                    "ip link set fan-250 mtu 1300",
                    "ip link del ftun-250",
                    "ip link set ftun-250 nomaster",
                    "nft flush ruleset",
                    "kill -9 $(cat /run/fanatic/dnsmasq-fan-250*.pid)",
                    "ip addr flush dev fan-250",
                    "ip link set fan-250 down",
                    "sysctl -qw net.ipv4.conf.eth0.forwarding=0",
                    "ip link del fan-250")) {
                watch.await("asleep", watch::sleepsInPollForEver);
                watch.forget();
                long events = watch.count("event");
                run(damage);
                watch.hear("event");
                watch.hear("repaired 250.0.0.0/8");
                watch.await("asleep after " + damage, watch::sleepsInPollForEver);
                assertThat(fanctl(host, "up -a --dry-run").done()).as(damage).isEqualTo("nothing to do\n");
                assertThat(watch.count("event") - events)
                        .as("events of %s: %s", damage, watch.lines())
                        .isLessThanOrEqualTo(8);
            }
            assertThat(watch.count("trouble") + watch.count("fight")).isZero();
        }
    }

    /** As Podman's network back end does when its first container starts. */
    @Test
    void aRuleThatDropsConnectionsOfWhichTheHostSeesOneDirectionIsMetWhenItComes() {
        run("sysctl -qw net.bridge.bridge-nf-call-iptables=1");
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching");
            watch.await("asleep", watch::sleepsInPollForEver);
            assertThat(said("nft list table ip fanatic-tunnel")).doesNotContain("notrack");
            run("nft 'table ip somebody { chain f { type filter hook forward priority 0; ct state invalid drop; }; }'");
            watch.hear("event: the nftables table somebody changed");
            watch.hear("repaired 250.0.0.0/8");
            assertThat(said("nft list table ip fanatic-tunnel")).contains("notrack");
        } finally {
            run("nft delete table ip somebody 2>/dev/null || :; sysctl -qw net.bridge.bridge-nf-call-iptables=0");
        }
    }

    @Test
    void aBurstOfEventsGivesOneRepair() {
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching");
            watch.await("asleep", watch::sleepsInPollForEver);
            // Stopped, since nobody can tell how long a busy machine takes for a burst.
            watch.signal("STOP");
            for (int mtu = 1000; mtu < 1040; mtu++) {
                run("ip link set dev fan-250 mtu " + mtu);
            }
            watch.signal("CONT");
            watch.hear("repaired 250.0.0.0/8: change bridge fan-250: MTU 1039 -> 1500");
            watch.await("asleep", watch::sleepsInPollForEver);
            assertThat(watch.lines().stream().filter(line -> line.contains("change bridge")))
                    .hasSize(1);
            assertThat(watch.count("event: and 20 more")).isEqualTo(1);
            assertThat(said("cat /sys/class/net/fan-250/mtu")).isEqualTo("1500");
        }
    }

    @Test
    void eventsThatTheKernelHadNoRoomForAreReplacedByALookAtEverything() {
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching");
            watch.await("asleep", watch::sleepsInPollForEver);
            watch.signal("STOP");
            List<String> batch = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                batch.add("link set dev lo alias a" + i);
            }
            run("printf '" + String.join("\\n", batch) + "\\n' | ip -batch -; ip link set fan-250 mtu 1300");
            watch.signal("CONT");
            watch.hear("lost");
            watch.hear("repaired 250.0.0.0/8: change bridge fan-250: MTU 1300 -> 1500");
        }
    }

    /** The other one answers each event within milliseconds, as NetworkManager does. */
    @Test
    void aFightWithAnotherManagerDoesNotSpin() throws IOException, InterruptedException {
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching");
            Path said = directory.resolve("other");
            Process other = new ProcessBuilder(host.namespace()
                            .command(List.of(
                                    "sh",
                                    "-c",
                                    "ip -o monitor link dev fan-250 | while read -r line; do"
                                            + " case $line in *'mtu 1500'*) ip link set fan-250 mtu 1300; echo again;; esac;"
                                            + " done")))
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try {
                // Whatever happens to the bridge makes it begin, as soon as it listens.
                AtomicInteger length = new AtomicInteger(1000);
                watch.await("begun", () -> {
                    run("ip link set fan-250 txqueuelen " + length.incrementAndGet());
                    return said.toFile().length() > 0;
                });
                // Either is said when it gives up for a while: undone after the repair, or during it.
                watch.await("a fight", () -> watch.count("fight") + watch.count("trouble") > 0);
                watch.await("a pause", () -> !watch.sleepsInPollForEver());
                // Later ones follow pauses.
                assertThat(watch.lines().stream()
                                .takeWhile(line -> !line.startsWith("fight") && !line.startsWith("trouble"))
                                .filter(line -> line.startsWith("repaired 250.0.0.0/8: change bridge fan-250: MTU")))
                        .hasSizeLessThanOrEqualTo(6);
                assertThat(watch.count("fight")).isLessThanOrEqualTo(1);
                assertThat(watch.count("trouble")).isLessThanOrEqualTo(1);
            } finally {
                other.descendants().forEach(ProcessHandle::destroy);
                other.destroy();
                other.waitFor();
            }
            watch.await(
                    "repaired once the other one is gone",
                    () -> said("cat /sys/class/net/fan-250/mtu").equals("1500"));
        }
    }

    @Test
    void aFanThatWasTakenDownStaysDownUntilSighupAndANewLineComesUpThen() {
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching");
            fanctl(host, "down -a").done();
            watch.hear("down 250.0.0.0/8");
            run(
                    "echo 251.0.0.0/8 10.0.0.0/16 >> /etc/network/fan; ip link add w0 type veth peer name w1; ip link del w0");
            watch.await("asleep", watch::sleepsInPollForEver);
            assertThat(fanctl(host, "show").done()).doesNotContain("fan-25");
            watch.signal("HUP");
            watch.hear("reloaded: 2 fans");
            watch.hear("watching 250.0.0.0/8");
            watch.hear("watching 251.0.0.0/8");
            watch.await("asleep", watch::sleepsInPollForEver);
            assertThat(fanctl(host, "up -a --dry-run").done()).isEqualTo("nothing to do\nnothing to do\n");
            assertThat(watch.count("trouble")).isZero();
        }
    }

    /** The JVM leaves a signal alone that was ignored when it started. */
    @Test
    void underNohupSighupIsIgnoredAndSigtermEndsIt() {
        try (WatchRun watch = WatchRun.start(host, directory, "nohup")) {
            watch.hear("watching");
            watch.await("asleep", watch::sleepsInPollForEver);
            watch.signal("HUP");
            assertThat(watch.end()).isZero();
            assertThat(watch.count("reloaded")).isZero();
        }
    }

    @Test
    void aFanThatIsChangedByFanctlIsNotChangedBack() {
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching");
            fanctl(host, "config set -u 10.0.0.0/16 -o 250.0.0.0/8 --mtu 1400").done();
            fanctl(host, "up -a").done();
            watch.hear("event");
            watch.await("asleep", watch::sleepsInPollForEver);
            assertThat(said("cat /sys/class/net/fan-250/mtu")).isEqualTo("1400");
        }
    }

    @Test
    void anUnderlayThatComesLaterBringsTheFanUp() {
        run("ip addr del 10.0.0.1/16 dev eth0");
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("trouble 250.0.0.0/8: no local address fits the underlay 10.0.0.0/16");
            run("ip addr add 10.0.0.1/16 dev eth0; ip route add default via 10.0.255.254");
            watch.hear("watching");
        }
    }

    @Test
    void theServiceManagerIsToldAndJsonHasOneObjectOnEachLine() {
        Path socket = directory.resolve("notify");
        int fd = listen(socket);
        try (WatchRun watch = WatchRun.start(host, directory, " --json", Map.of("NOTIFY_SOCKET", socket.toString()))) {
            assertThat(receive(fd)).isEqualTo("READY=1\nSTATUS=1 fan watched");
            watch.signal("HUP");
            assertThat(receive(fd)).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(receive(fd)).startsWith("READY=1\nSTATUS=");
            fanctl(host, "down -a").done();
            assertThat(receive(fd)).isEqualTo("READY=1\nSTATUS=1 fan watched, 1 taken down");
            assertThat(watch.end()).isZero();
            assertThat(receive(fd)).isEqualTo("STOPPING=1");
            Set<String> kinds = new TreeSet<>();
            for (String line : watch.lines()) {
                JsonObject object = JsonParser.parseString(line).getAsJsonObject();
                assertThat(object.get("schema").getAsInt()).isEqualTo(1);
                assertThat(object.get("text").getAsString()).isNotBlank();
                kinds.add(object.get("kind").getAsString());
            }
            assertThat(kinds).contains("repaired", "watching", "reloaded", "event", "down");
        } finally {
            LIBC.close(fd);
        }
    }

    /** Java has datagrams, and unix sockets, but not both in one. */
    private static int listen(Path socket) {
        byte[] name = socket.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer address = Native.buffer(2 + name.length + 1);
        address.putShort((short) 1).put(name).rewind();
        int fd = Native.check("open a socket", LIBC.socket(1, 2, 0));
        Native.check("bind " + socket, LIBC.bind(fd, address, address.capacity()));
        // SO_RCVTIMEO, 30 s.
        ByteBuffer timeout = Native.buffer(16).putLong(0, 30);
        Native.check("set a time-out", LIBC.setsockopt(fd, 1, 20, timeout, 16));
        return fd;
    }

    private static String receive(int fd) {
        ByteBuffer message = Native.buffer(4096);
        byte[] text = new byte[(int) Native.check("hear the watch", LIBC.recv(fd, message, message.capacity(), 0))];
        message.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
