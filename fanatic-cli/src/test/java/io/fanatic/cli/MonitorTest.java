package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.Counter;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.bpf.Tcx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code fanctl monitor} as people run it, with a container and a host that say they are others.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 -- h1c1                           vx, a plain VXLAN device that forges
 * </pre>
 */
@FanLab(hosts = 2, containers = 1, fan = false)
class MonitorTest {
    private static final String UP = "up -u 10.0.0.0/16 -o 250.0.0.0/8";

    @TempDir
    Path directory;

    private LabHost host;
    private LabHost forger;
    private LabContainer container;

    @BeforeEach
    void bringUp(Lab lab) {
        host = lab.hosts().get(0);
        forger = lab.hosts().get(1);
        container = lab.containers().get(0);
        fanctl(host, UP).done();
        if (container.exec("ip", "link", "show", "eth0").exitCode() != 0) {
            LiveChanges.attach(lab, container);
        }
        host.exec("ip", "link", "set", "h1c1", "master", "fan-250", "up").orThrow();
        container.exec("ip", "address", "replace", "250.9.9.9/32", "dev", "lo").orThrow();
        forger.exec(
                        "sh",
                        "-ec",
                        "ip link del vx 2>/dev/null || :;"
                                + " ip link add vx mtu 1450 type vxlan id 16384000 remote 10.0.0.1 local 10.0.0.2 dstport 8472;"
                                + " ip address add 250.0.8.2/8 dev vx; ip link set vx up;"
                                + " ip neighbour replace 250.0.1.2 lladdr 02:00:00:00:00:07 dev vx")
                .orThrow();
    }

    @AfterEach
    void forgeNoMore() {
        forger.exec("ip", "link", "del", "vx");
    }

    /** A TCP connection that comes to nothing. */
    private void forge() {
        forger.namespace().run(() -> {
            try (SocketChannel tcp = SocketChannel.open(StandardProtocolFamily.INET)) {
                tcp.configureBlocking(false);
                tcp.connect(new InetSocketAddress("250.0.1.2", 80));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void spoof() {
        container.exec("ping", "-c", "1", "-W", "1", "-I", "250.9.9.9", "250.0.2.3");
    }

    private WatchRun start(String arguments) {
        return WatchRun.startFanctl(host, directory, "monitor" + arguments);
    }

    @Test
    void eachDropIsALineWithWhoItIsFromAndWhatItSays() {
        String programs = programs();
        try (WatchRun monitor = start("")) {
            monitor.hear("fanctl: looking");
            forge();
            String line = monitor.hear(Pattern.compile(".* drop in  spoofed .*"));
            assertThat(line)
                    .matches(
                            "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} fan-250 drop in  spoofed      10\\.0\\.0\\.2 says 250\\.0\\.8\\.2 ->"
                                    + " 250\\.0\\.1\\.2 TCP \\d+ > 80, 74 bytes");
            spoof();
            assertThat(monitor.hear(Pattern.compile(".* drop out spoofed .*")))
                    .contains(" fan-250 drop out spoofed      250.9.9.9 -> 250.0.2.3 ARP request, ");
            monitor.signal("INT");
            assertThat(monitor.exitStatus()).isZero();
        }
        assertThat(programs()).isEqualTo(programs);
    }

    /** On the underlay's own device, where nobody has a tunnel key: what the neighbour table says is another host's is forged. */
    @Test
    void whatComesWithoutEncapsulationIsShownToo() {
        String up = UP + " --direct";
        fanctl(host, up).done();
        assertThat(fanctl(host, "show --json").done()).contains("\"used\": true");
        host.exec("ip", "neighbour", "replace", "10.0.0.8", "lladdr", "02:00:00:00:00:08", "dev", "eth0")
                .orThrow();
        forger.exec("ip", "link", "del", "vx").orThrow();
        forger.exec(
                        "sh",
                        "-ec",
                        "ip address add 250.0.8.2/32 dev lo; ip route add 250.0.1.2 via 10.0.0.1 src 250.0.8.2")
                .orThrow();
        String mac = forger.exec("cat", "/sys/class/net/eth0/address")
                .orThrow()
                .output()
                .strip();
        String programs = programs();
        try (WatchRun monitor = start(" --reason spoofed")) {
            monitor.hear("fanctl: looking");
            forge();
            assertThat(fanctl(host, up + " --dry-run").done())
                    .as("a monitor on the underlay's device is in nobody's way")
                    .isEqualTo("nothing to do\n");
            assertThat(monitor.hear(Pattern.compile(".* drop in  spoofed .*")))
                    .contains(" fan-250 drop in  spoofed      " + mac + " says 250.0.8.2 -> 250.0.1.2 TCP ");
            monitor.signal("INT");
            assertThat(monitor.exitStatus()).isZero();
        } finally {
            forger.exec("ip", "address", "del", "250.0.8.2/32", "dev", "lo");
        }
        assertThat(programs()).isEqualTo(programs);
    }

    /** What is counted meanwhile by the usual programs, and how many lines there are. */
    @Test
    void aFloodIsShownInPartAndCountedWhole() {
        long before = spoofedIn();
        try (WatchRun monitor = start(" --json --reason spoofed --address 250.0.8.2")) {
            monitor.hear("fanctl: looking");
            spoof(); // which fits no filter
            forger.exec("ping", "-q", "-c", "1500", "-l", "1500", "-W", "1", "250.0.1.2");
            long drops = spoofedIn() - before;
            assertThat(drops).isGreaterThan(1000);
            WatchRun.await("told", () -> toldOf(monitor) == drops, () -> toldOf(monitor) + " of " + drops);
            long lines = monitor.count("{\"schema\":1,");
            JsonObject frame = JsonParser.parseString(monitor.lines().stream()
                            .filter(line -> line.contains("\"source\""))
                            .findFirst()
                            .orElseThrow())
                    .getAsJsonObject();
            frame.remove("time");
            assertThat(frame)
                    .isEqualTo(JsonParser.parseString(
                            "{\"schema\":1,\"fan\":\"fan-250\",\"verdict\":\"drop\",\"direction\":\"in\",\"reason\":\"spoofed\","
                                    + "\"peer\":\"10.0.0.2\",\"source\":\"250.0.8.2\",\"destination\":\"250.0.1.2\","
                                    + "\"protocol\":\"ICMP\",\"length\":98}"));
            System.out.println("number: lines of the monitor for " + drops + " drops in a flood: " + lines);
        }
    }

    /** Lines, and what lines say that was not shown. */
    private static long toldOf(WatchRun monitor) {
        long told = 0;
        for (String line : monitor.lines()) {
            if (line.startsWith("{")) {
                JsonObject object = JsonParser.parseString(line).getAsJsonObject();
                told += object.has("notShown") ? object.get("notShown").getAsLong() : 1;
            }
        }
        return told;
    }

    private long spoofedIn() {
        return JsonParser.parseString(fanctl(host, "show --stats --json").done())
                .getAsJsonObject()
                .getAsJsonArray("fans")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("counters")
                .get("receive-spoofed")
                .getAsLong();
    }

    @Test
    void aMonitorThatIsKilledLeavesNothingAndUpHasNothingToDo() {
        String programs = programs();
        try (WatchRun monitor = start("")) {
            monitor.hear("fanctl: looking");
            assertThat(programs()).isNotEqualTo(programs);
            // What there is to see is what a monitor adds; to up, the fan is as it should be.
            assertThat(fanctl(host, UP + " --dry-run").done()).isEqualTo("nothing to do\n");
            monitor.signal("KILL");
            assertThat(monitor.exitStatus()).isEqualTo(137);
        }
        WatchRun.await("gone", () -> programs().equals(programs), this::programs);
        assertThat(fanctl(host, UP + " --dry-run").done()).isEqualTo("nothing to do\n");
    }

    @Test
    void whatPassesIsShownToWhoAsks() {
        try (WatchRun monitor = start(" --all --address 250.0.2.3")) {
            monitor.hear("fanctl: looking");
            host.exec("ping", "-c", "1", "-W", "0.2", "250.0.2.3");
            assertThat(monitor.hear(Pattern.compile(".* pass out .*")))
                    .contains(" 250.0.1.1 -> 250.0.2.3 by 10.0.0.2 ARP request, 42 bytes");
        }
    }

    @Test
    void itWaitsForAFanAndEndsAfterSoManyFrames() {
        host.exec("sh", "-c", "for p in /sys/class/net/fan-250/brif/*; do ip link set ${p##*/} nomaster; done");
        fanctl(host, "down -e").done();
        try (WatchRun monitor = start(" --count 1 --reason not-local --fan fan-250")) {
            monitor.hear("fanctl: no fan to look at is up");
            fanctl(host, UP).done();
            WatchRun.await(
                    "looked at",
                    () -> {
                        forger.exec(
                                "ip", "neighbour", "replace", "250.0.77.2", "lladdr", "02:00:00:00:00:07", "dev", "vx");
                        forger.exec("ping", "-c", "1", "-W", "0.2", "250.0.77.2");
                        return monitor.lines().stream().anyMatch(line -> line.contains(" drop in  not-local "));
                    },
                    () -> String.join("\n", monitor.lines()));
            assertThat(monitor.exitStatus()).isZero();
        }
    }

    @Test
    void reasonsAreExplainedAndWrongWordsAreRefused() {
        for (Counter counter : Counter.values()) {
            if (counter.kind() == Counter.Kind.PASSED) {
                continue;
            }
            String text = fanctl("monitor --explain " + counter.reason()).done();
            assertThat(text)
                    .contains(counter.reason() + ", " + counter.direction() + ": " + counter.sentence() + ".\n");
            if (counter == Counter.SEND_KEY_REFUSED) {
                assertThat(text).endsWith("\"fanctl monitor\" does not see these frames.\n");
            } else {
                assertThat(text).endsWith("\"fanctl monitor --reason " + counter.reason() + "\" shows the frames.\n");
            }
            assertThat(text).doesNotContain("does not show");
            if (counter.kind() == Counter.Kind.SUSPICIOUS) {
                assertThat(text).contains("fanatic doctor: drops");
            }
        }
        assertThat(fanctl("monitor --explain kernel").done()).contains("pwru", "IPReversePathFilter", "TC_INGRESS");
        fanctl("monitor --explain nonsense")
                .refused(ExitCode.USAGE, "is not a reason for a drop; there are", "spoofed");
        fanctl("monitor --explain spoofed --json").refused(ExitCode.USAGE, "--explain goes with no other option");
        fanctl(host, "monitor --reason nonsense").refused(ExitCode.USAGE, "is not a reason for a drop");
        fanctl(host, "monitor --fan 251.0.0.0/8").refused(ExitCode.USAGE, "no fan with the overlay 251.0.0.0/8 is up");
    }

    /** The numbers of all that is attached to the fan's devices. */
    private String programs() {
        StringBuilder programs = new StringBuilder();
        for (String device : List.of("ftun-250", "fan-250")) {
            int index = Integer.parseInt(host.exec("cat", "/sys/class/net/" + device + "/ifindex")
                    .orThrow()
                    .output()
                    .strip());
            for (Tcx.Hook hook : Tcx.Hook.values()) {
                List<Integer> ids = host.namespace().call(() -> Tcx.query(index, hook));
                programs.append(device).append(' ').append(hook).append(ids).append('\n');
            }
        }
        return programs.toString();
    }
}
