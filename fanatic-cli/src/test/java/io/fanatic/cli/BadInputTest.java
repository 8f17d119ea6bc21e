package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cannot work: one sentence, the documented exit code, the host exactly as before. */
@FanLab(hosts = 1, containers = 0, fan = false)
class BadInputTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";

    private Lab lab;
    private LabHost host;
    private HostSnapshot before;

    @BeforeEach
    void rememberTheHost(Lab running) {
        lab = running;
        host = lab.hosts().get(0);
        before = snapshot();
    }

    @AfterEach
    void theHostIsAsItWas() {
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    private HostSnapshot snapshot() {
        return host.namespace().call(HostSnapshot::take);
    }

    private void sh(String command) {
        lab.exec(host, List.of(command.split(" "))).orThrow();
    }

    /** What somebody else made stays as it is when we refuse to work beside it. */
    private void refusedBeside(String make, String unmake, ExitCode code, String... words) {
        sh(make);
        HostSnapshot theirs = snapshot();
        fanctl(host, "up" + FAN).refused(code, words);
        assertThat(theirs.changesTo(snapshot())).isEmpty();
        sh(unmake);
    }

    @Test
    void anUnknownInterfaceIsNamedWithThoseThatExist() {
        fanctl(host, "up -u eth7/16 -o 250.0.0.0/8").refused(ExitCode.USAGE, "no interface eth7", "lo, eth0");
    }

    @Test
    void anAddressThatIsNotLocalIsNamedWithThoseThatAre() {
        fanctl(host, "up -u 10.0.0.99/16 -o 250.0.0.0/8")
                .refused(ExitCode.USAGE, "10.0.0.99/16", "10.0.0.1/16 on eth0");
    }

    @Test
    void severalCandidatesAreListed() {
        sh("ip addr add 10.0.7.7/24 dev eth0");
        HostSnapshot two = snapshot();
        fanctl(host, "up -u 10.0.0.0/16 -o 250.0.0.0/8")
                .refused(ExitCode.USAGE, "several", "10.0.0.1/16 on eth0", "10.0.7.7/24 on eth0");
        assertThat(two.changesTo(snapshot())).isEmpty();
        sh("ip addr del 10.0.7.7/24 dev eth0");
    }

    @Test
    void aRouteInTheWayIsNamed() {
        refusedBeside(
                "ip route add 250.9.0.0/16 via 10.0.0.200",
                "ip route del 250.9.0.0/16",
                ExitCode.CONFLICT,
                "overlaps the route \"250.9.0.0/16 via 10.0.0.200 dev eth0\"");
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        fanctl(host, "up" + FAN + " --bridge sixteen-is-a-lot").refused(ExitCode.USAGE, "sixteen-is-a-lot", "15");
    }

    @Test
    void theHolderOfThePortIsNamed() {
        refusedBeside(
                "ip link add flannel.1 type vxlan id 1 dev eth0 dstport 8472",
                "ip link del flannel.1",
                ExitCode.CONFLICT,
                "UDP port 8472",
                "flannel.1",
                "--port");
    }

    /** The dry run knew of devices only. */
    @Test
    void theSocketThatHoldsThePortIsNamedByTheDryRunAsWell() throws IOException {
        for (String address : List.of("0.0.0.0", "127.0.0.1", "::", "::1")) {
            ProtocolFamily family = address.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
            try (DatagramChannel socket = host.namespace().call(() -> DatagramChannel.open(family))) {
                host.namespace().call(() -> socket.bind(new InetSocketAddress(address, 8472)));
                HostSnapshot theirs = snapshot();
                for (String dryRun : List.of(" --dry-run", "")) {
                    fanctl(host, "up" + FAN + dryRun)
                            .refused(ExitCode.CONFLICT, "UDP port 8472 is held by a socket of another program");
                }
                assertThat(fanctl(host, "up" + FAN + " --port 8473 --dry-run").done())
                        .contains("create tunnel");
                assertThat(theirs.changesTo(snapshot())).isEmpty();
            }
        }
    }

    @Test
    void aBridgeOfSomebodyElseIsNotTaken() {
        refusedBeside(
                "ip link add fan-250 type bridge",
                "ip link del fan-250",
                ExitCode.CONFLICT,
                "fan-250",
                "not ours",
                "--bridge");
    }

    @Test
    void overlaysThatCannotWorkAreExplained() {
        fanctl(host, "up -u 10.0.0.1/16 -o 127.0.0.0/8")
                .refused(ExitCode.USAGE, "127.0.0.0/8", "loopback", "250.0.0.0/8");
        fanctl(host, "up -u 10.0.0.1/16 -o 10.0.0.0/8").refused(ExitCode.USAGE, "overlap");
        fanctl(host, "up -u 10.0.0.1/16 -o 250.0.0.0/16").refused(ExitCode.USAGE, "wider");
        fanctl(host, "up -u 10.0.0.1/16 -o 250.1.0.0/8").refused(ExitCode.USAGE, "host bits", "250.0.0.0/8");
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        fanctl(host, "up" + FAN + " --port 70000").refused(ExitCode.USAGE, "70000", "65535");
        fanctl(host, "up" + FAN + " --vni x").refused(ExitCode.USAGE, "\"x\"");
        fanctl(host, "up" + FAN + " --mtu 1451").refused(ExitCode.USAGE, "1451", "1450");
        fanctl(host, "up" + FAN + " --host-reserve 254").refused(ExitCode.USAGE, "254", "/24");
    }

    @Test
    void halfACommandLineIsExplained() {
        fanctl(host, "up").refused(ExitCode.USAGE, "-u 10.0.0.0/16 -o 250.0.0.0/8");
        fanctl(host, "up -u 10.0.0.1/16").refused(ExitCode.USAGE, "-u 10.0.0.0/16 -o 250.0.0.0/8");
        fanctl(host, "up -a" + FAN).refused(ExitCode.USAGE, "not both");
        fanctl(host, "down -a -e").refused(ExitCode.USAGE, "exclude each other");
    }

    @Test
    void aConfigurationThatIsNotThereIsSaidWhenItWasNamed() {
        fanctl(host, "up -a --file /etc/network/nowhere")
                .refused(ExitCode.FAILED, "/etc/network/nowhere", "no such file");
    }

    @Test
    void aConfigurationWithoutAFanIsNoErrorAndIsSaid() {
        String note = "fanctl: note: /etc/network/fan has no fan to bring up\n";
        for (String words : List.of("up -a", "up -a --dry-run", "up -a --json")) {
            CliRun run = fanctl(host, words);
            assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
            assertThat(run.err()).isEqualTo(note);
        }
        fanctl(host, "config set -u 10.0.0.0/16 -o 250.0.0.0/8 --off").done();
        assertThat(fanctl(host, "up -a").err()).isEqualTo(note);
        fanctl(host, "config unset -u 10.0.0.0/16 -o 250.0.0.0/8").done();
    }

    @Test
    void containersOnTheBridgeKeepItUp() {
        fanctl(host, "up" + FAN).done();
        sh("ip link add c7 type veth peer name c7p");
        sh("ip link set c7 master fan-250");
        fanctl(host, "down" + FAN).refused(ExitCode.IN_USE, "fan-250", "c7");
        sh("ip link del c7");
        fanctl(host, "down" + FAN).done();
    }

    @Test
    void aKernelWithoutEbpfIsNamedAsTheReason() {
        CliRun up = host.namespace().call(() -> {
            WithoutEbpf.onThisThread();
            return fanctl("up" + FAN);
        });
        up.refused(ExitCode.KERNEL, "kernel cannot run the fan's eBPF programs", "Function not implemented");
    }

    /** Root without capabilities is nobody: the same refusal, before anything is touched. */
    @Test
    void withoutRootNothingIsTried() {
        for (String command : List.of("up" + FAN, "up" + FAN + " --dry-run", "down" + FAN, "down -e")) {
            ExecResult result = unprivileged(command);
            assertThat(result.exitCode()).as(result.output()).isEqualTo(ExitCode.NOT_ROOT.status());
            assertThat(result.output().strip())
                    .startsWith("fanctl: this needs root")
                    .doesNotContain("\n");
        }
        assertThat(unprivileged("show").exitCode()).isZero();
    }

    private ExecResult unprivileged(String command) {
        List<String> words = new ArrayList<>(List.of(
                "setpriv",
                "--bounding-set=-all",
                "--inh-caps=-all",
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                Fanctl.class.getName()));
        words.addAll(List.of(command.split(" ")));
        return lab.exec(host, words);
    }
}
