package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanException;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.NodePair;
import io.fanatic.harness.proof.Proof;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs with CAP_NET_ADMIN and CAP_BPF and nothing else, and with nothing at all. Their processes have dropped all others from
 * every set, the bounding set included.
 */
@FanLab(hosts = 1, containers = 0, fan = false)
class LeastPrivilegeTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";
    private static final String BOTH = "net_admin,bpf";
    private static final String SERVING = ",net_raw,net_bind_service,setuid,setgid,kill";
    private static final Path PINS = Path.of("/sys/fs/bpf/fanatic");

    @TempDir
    static Path directory;

    private static LimitedProgram program;

    private Lab lab;
    private LabHost host;
    private HostSnapshot before;

    @BeforeAll
    static void copyThePrograms() {
        program = new LimitedProgram(directory);
    }

    @BeforeEach
    void rememberTheHost(Lab lab) {
        this.lab = lab;
        host = lab.hosts().get(0);
        host.exec(description(program.asRoot(Fanctl.class, "show"))).orThrow();
        before = lab.snapshot(host);
    }

    @AfterEach
    void theHostIsAsItWas() {
        CliRun.fanctl(host, "down -e").done();
        host.exec("ip", "address", "delete", "10.0.0.77/16", "dev", "eth0");
        host.namespace().call(() -> Files.deleteIfExists(Path.of("/etc/network/fan")));
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private static String[] description(List<String> words) {
        return words.toArray(String[]::new);
    }

    private String limited(String commandLine) {
        return limited(commandLine, ExitCode.DONE);
    }

    private String limited(String commandLine, ExitCode expected) {
        ExecResult result = host.exec(description(program.asRootWith(BOTH, Fanctl.class, commandLine)));
        assertThat(result.exitCode()).as(result.output()).isEqualTo(expected.status());
        return result.output();
    }

    private String nobody(Class<?> main, String commandLine, ExitCode expected) {
        ExecResult result = host.exec(description(program.asNobodyWith("", main, commandLine)));
        assertThat(result.exitCode()).as(result.output()).isEqualTo(expected.status());
        return result.output();
    }

    // TESTING.md F12
    @Test
    void rootWithTheTwoCapabilitiesBringsAFanUpChangesItAndTakesItDown() {
        ExecResult sets = host.exec(
                "setpriv", "--bounding-set", "-all,+net_admin,+bpf", "grep", "-h", "Cap[EB]", "/proc/self/status");
        assertThat(sets.output()).as("bits 12 and 39").containsPattern("CapEff:\\s+0000008000001000\n");

        assertThat(limited("up" + FAN)).contains("fan-250 is up: slice 250.0.1.0/24");
        assertThat(limited("up" + FAN)).contains("is up already, nothing to do");
        assertThat(CliRun.fanctl(host, "up" + FAN + " --dry-run").done())
                .as("as root sees it, who also finds programs of others again")
                .isEqualTo("would let only root send to UDP port 8472 from this host (eBPF programs at the root of"
                        + " cgroup v2)\nno changes made\n");
        CliRun.fanctl(host, "up" + FAN).done();
        assertThat(CliRun.fanctl(host, "up" + FAN).done()).contains("is up already, nothing to do");
        lab.exec(host, List.of("ip", "address", "add", "10.0.0.77/16", "dev", "eth0"))
                .orThrow();
        assertThat(limited("up -u 10.0.0.77/16 -o 250.0.0.0/8 --mtu 1300 --host-reserve 2"))
                .contains("slice 250.0.77.0/24");
        assertThat(limited("show")).contains("10.0.0.77/16");
        assertThat(limited("up -u 10.0.0.77/16 -o 250.0.0.0/8 --mtu 1300 --host-reserve 2"))
                .as("the programs were replaced")
                .contains("is up already, nothing to do");
        assertThat(limited("down -u 10.0.0.77/16 -o 250.0.0.0/8")).endsWith("is down\n");
        assertThat(limited("down" + FAN)).endsWith("is down\n");
    }

    /** What root brought up, the other takes over, and the other way round. */
    @Test
    void bothSeeTheSamePrograms() {
        CliRun.fanctl(host, "up" + FAN).done();
        assertThat(limited("up" + FAN)).contains("is up already, nothing to do");
        assertThat(limited("up" + FAN + " --host-reserve 3")).contains("fan-250 is up");
        assertThat(CliRun.fanctl(host, "up" + FAN + " --host-reserve 3").done())
                .contains("is up already, nothing to do");
    }

    @Test
    void theFastPathNeedsNoOtherCapabilities() {
        assertThat(limited("up" + FAN)).contains("fan-250 is up");
        assertThat(CliRun.fanctl(host, "show --json").done()).contains("\"used\": true");
        assertThat(limited("show --json")).contains("\"used\": true");
        assertThat(limited("up" + FAN)).contains("is up already, nothing to do");
        assertThat(limited("up" + FAN + " --no-fast")).contains("fan-250 is up");
        assertThat(CliRun.fanctl(host, "show --json").done()).doesNotContain("fastPath");
        assertThat(limited("up" + FAN + " --fast")).contains("fan-250 is up");
        assertThat(nobody(Fanctl.class, "show --json", ExitCode.DONE)).contains("to see which it is takes root");
        assertThat(limited("down" + FAN)).endsWith("is down\n");
    }

    @Test
    void theConfigurationComesUpAndGoesDown() {
        CliRun.fanctl(host, "config set" + FAN).done();
        assertThat(limited("up -a")).contains("fan-250 is up");
        assertThat(limited("down -a")).endsWith("is down\n");
    }

    @Test
    @FanLab(hosts = 2, containers = 1, fan = false)
    void containersReachEachOtherOverFansOfTheTwoCapabilities(Lab lab) {
        FanControl control = new FanControl() {
            @Override
            public void up(LabHost host) {
                String fan = "up -u " + host.underlayAddress() + "/16 -o 250.0.0.0/8";
                host.exec(description(program.asRootWith(BOTH, Fanctl.class, fan)))
                        .orThrow();
            }

            @Override
            public void down(LabHost host) {
                host.exec(description(program.asRootWith(BOTH, Fanctl.class, "down -e")))
                        .orThrow();
            }
        };
        lab.fanUp(control);
        try (Proof proof = new Proof(lab)) {
            List<NodePair> pairs = List.of(
                    new NodePair(lab.containers().get(0), lab.containers().get(1)),
                    new NodePair(lab.containers().get(1), lab.containers().get(0)));
            assertThat(proof.pings(pairs)).allMatch(Check::ok);
            assertThat(proof.transfers(pairs, Proof.LONG)).allMatch(Check::ok);
            assertThat(proof.spoofs()).allMatch(Check::ok);
        }
        lab.fanDown(control);
    }

    @Test
    void anotherUserWithBothAndDirectoriesOfItsOwnNeedsNothingElse() {
        host.exec("mkdir", "-p", "/run/fanatic", "/var/lib/fanatic").orThrow();
        host.exec("chown", Integer.toString(LimitedProgram.NOBODY), "/run/fanatic", "/var/lib/fanatic")
                .orThrow();
        // The lock of earlier runs is root's.
        host.exec("rm", "-f", "/run/fanatic/lock").orThrow();
        for (String command : List.of("up" + FAN, "up" + FAN, "down" + FAN)) {
            ExecResult result = host.exec(description(program.asNobodyWith(BOTH, Fanctl.class, command)));
            assertThat(result.exitCode()).as(result.output()).isZero();
        }
        host.exec("chown", "0", "/run/fanatic", "/var/lib/fanatic", "/run/fanatic/lock")
                .orThrow();
    }

    @Test
    void countersAreReadByTheTwoCapabilitiesWhereTheyHaveADirectory() {
        limited("up" + FAN);
        assertThat(limited("show --stats", ExitCode.NOT_ROOT).lines())
                .singleElement()
                .asString()
                .contains("CAP_SYS_ADMIN", PINS.toString());
        assertThat(CliRun.fanctl(host, "show --stats").done()).contains("sent to the host that owns");
        limited("down" + FAN);

        host.namespace().run(() -> check("mount", LIBC.mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=700")));
        try {
            host.exec("mkdir", "-m", "700", PINS.toString()).orThrow();
            limited("up" + FAN);
            host.exec("ping", "-c", "2", "-i", "0.2", "-W", "1", "250.0.9.1");
            long counted = counted();
            assertThat(counted).isPositive();
            lab.exec(host, List.of("ip", "address", "add", "10.0.0.77/16", "dev", "eth0"))
                    .orThrow();
            limited("up -u 10.0.0.77/16 -o 250.0.0.0/8");
            assertThat(counted())
                    .as("the programs were replaced, the counters go on")
                    .isGreaterThanOrEqualTo(counted);
            limited("down -u 10.0.0.77/16 -o 250.0.0.0/8");
            limited("up -u 10.0.0.1/16 -o 251.0.0.0/8");
            assertThat(pins()).as("of two tunnels and two bridges").hasSize(4);
            limited("down" + FAN);
            assertThat(pins()).hasSize(2);
            host.exec("ip", "link", "delete", "ftun-251").orThrow();
            host.exec("ip", "link", "delete", "fan-251").orThrow();
            assertThat(pins()).as("somebody deleted the fan").hasSize(2);
            limited("up" + FAN);
            assertThat(pins()).as("only those of the new fan").hasSize(2);
            limited("down -e");
            assertThat(pins()).isEmpty();
        } finally {
            host.namespace().run(() -> check("unmount", LIBC.umount2("/sys/fs/bpf", 0)));
        }
    }

    private long counted() {
        return limited("show --stats")
                .lines()
                .filter(line -> line.contains("sent to the host that owns the destination"))
                .mapToLong(line -> Long.parseLong(line.strip().split(" ")[0]))
                .sum();
    }

    private List<String> pins() {
        return host.exec("ls", PINS.toString()).orThrow().output().lines().toList();
    }

    @Test
    void oneOfTheTwoIsNotEnoughAndSaysSo() {
        for (String one : List.of("net_admin", "bpf")) {
            ExecResult result = host.exec(description(program.asRootWith(one, Fanctl.class, "up" + FAN)));
            assertThat(result.exitCode()).isEqualTo(ExitCode.NOT_ROOT.status());
            assertThat(result.output().lines()).singleElement().asString().contains("CAP_NET_ADMIN and CAP_BPF");
        }
    }

    @Test
    void aServerThatMayNotServeIsASentenceAndNothingIsLeft() {
        String refused = limited("up" + FAN + " --dhcp", ExitCode.UNDONE);
        assertThat(refused.lines()).singleElement().asString().contains("dnsmasq");
        assertThat(limited("show")).doesNotContain("fan-250");
        for (String command : List.of("up" + FAN + " --dhcp", "up" + FAN + " --dhcp", "down" + FAN)) {
            ExecResult served = host.exec(description(program.asRootWith(BOTH + SERVING, Fanctl.class, command)));
            assertThat(served.exitCode()).as(served.output()).isZero();
        }
    }

    @Test
    void nobodyMaySeeWhatThereIsToSee() {
        CliRun.fanctl(host, "config set" + FAN).done();
        CliRun.fanctl(host, "up -a").done();
        assertThat(nobody(Fanctl.class, "show", ExitCode.DONE)).contains("fan-250", "10.0.0.1/16");
        assertThat(nobody(Fanctl.class, "show --json", ExitCode.DONE)).startsWith("{");
        assertThat(nobody(Fanctl.class, "config list", ExitCode.DONE)).contains("250.0.0.0/8 10.0.0.1/16");
        assertThat(nobody(Fanatic.class, "map 10.0.45.7 -u 10.0.0.0/16 -o 250.0.0.0/8", ExitCode.DONE))
                .contains("250.45.7.1/8");
        assertThat(nobody(Fanatic.class, "status", ExitCode.DONE))
                .contains("1 fan, as in /etc/network/fan", "were not compared: that needs root");
        assertThat(nobody(Fanatic.class, "doctor", ExitCode.DONE))
                .contains("not seen: what the kernel can do was not tried: it needs root")
                .contains("not seen: the firewall was not looked at: it needs root")
                .contains("healthy, as far as could be seen");
    }

    /** A program that lists the fans of a namespace that it may not enter. */
    static final class ListsElsewhere {
        public static void main(String... words) {
            try {
                FanNetwork.onThisHost()
                        .in(new Namespace(Path.of(words[0]), Optional.empty()))
                        .list();
            } catch (FanException e) {
                System.out.println(e.reason() + ": " + e.getMessage());
            }
        }
    }

    @Test
    void nobodyMayNotListTheFansOfAnotherNamespace() {
        assertThat(nobody(ListsElsewhere.class, "/proc/1/ns/net", ExitCode.DONE))
                .startsWith("NOT_PERMITTED: cannot enter the network namespace: ");
    }

    @Test
    void nobodyIsToldWhatDiffersAndMayChangeNothing() {
        CliRun.fanctl(host, "config set" + FAN).done();
        assertThat(nobody(Fanatic.class, "status --diff", ExitCode.TEST_FAILED)).contains("\n+ fan on fan-250");
        CliRun.fanctl(host, "up -u 10.0.0.1/16 -o 251.0.0.0/8").done();
        assertThat(nobody(Fanatic.class, "status --diff", ExitCode.TEST_FAILED)).contains("\n- fan on fan-251");
        for (String command : List.of("up" + FAN, "up -a", "down" + FAN, "up" + FAN + " --dry-run", "show --stats")) {
            assertThat(nobody(Fanctl.class, command, ExitCode.NOT_ROOT))
                    .as(command)
                    .contains("this needs root");
        }
        assertThat(nobody(Fanctl.class, "config set -u 10.0.0.1/16 -o 252.0.0.0/8", ExitCode.FAILED)
                        .lines())
                .singleElement()
                .asString()
                .contains("/etc/network");
    }
}
