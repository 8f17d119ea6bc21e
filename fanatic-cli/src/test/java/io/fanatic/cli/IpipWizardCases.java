package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The wizard and IPIP fans, on kernels that have IPIP; run by scripts/test-kernels. The container engines are fake ones.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 * </pre>
 */
class IpipWizardCases {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    private Lab lab;
    private LabHost h1;
    private LabHost h2;
    private List<HostSnapshot> before;

    @BeforeEach
    void labOfTwoHosts() {
        lab = Lab.up(new LabSpec("ipipwizard", FAN, 2, 0, 1500));
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        FanaticWithFakes.makeRoomForContainers(h1);
        before = lab.hosts().stream().map(lab::snapshot).toList();
    }

    @AfterEach
    void theHostsAreAsTheyWere() {
        try (Lab ending = lab) {
            for (LabHost host : ending.hosts()) {
                assertThat(before.get(host.number() - 1).changesTo(ending.snapshot(host)))
                        .isEmpty();
            }
        }
    }

    private static CliRun fanatic(LabHost host, String commandLine, String input) {
        CliRun run = CliRun.fanatic(host, FanaticWithFakes::host, commandLine, input);
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
        return run;
    }

    @Test
    void theQuestionsAreTheSameAndTheFanOfTwoHostsCarriesData() {
        CliRun first = fanatic(h1, "configure --type ipip", Transcript.ANSWERS);
        assertThat(Transcript.withoutMeasurements(first.out())).isEqualTo(Transcript.TEXT);
        assertThat(CliRun.fanctl(h1, "show --json").done()).contains("\"type\": \"ipip\"", "\"mtu\": 1480");
        assertThat(h1.namespace().call(() -> Files.readString(Path.of("/etc/network/fan"))))
                .isEqualTo("250.0.0.0/8 10.0.0.0/16 ipip\n");

        try (ServeRun serving = ServeRun.start(h1)) {
            CliRun second = fanatic(h2, "configure --yes --type ipip --no-lxd --no-docker --remote 10.0.0.1", "");
            assertThat(second.out()).contains("remote test of 10.0.0.1: test complete PASS");
            serving.end().done();
        }

        for (LabHost host : lab.hosts()) {
            fanatic(host, "deconfigure --yes", "");
        }
    }

    @Test
    void aFanOfOneTypeIsNotMadeOneOfTheOtherUnasked() {
        fanatic(h1, "configure --yes --type ipip --no-lxd --no-docker", "");
        CliRun.fanatic(h1, FanaticWithFakes::host, "configure --yes --type vxlan --no-lxd --no-docker", "")
                .refused(
                        ExitCode.CONFLICT,
                        "is up with tunnel type ipip, not vxlan; take it down first: fanctl down -u 10.0.0.1/16 -o 250.0.0.0/8");
        fanatic(h1, "deconfigure --yes", "");
    }
}
