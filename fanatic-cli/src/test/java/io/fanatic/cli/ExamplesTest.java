package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanConfig;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    @Test
    void theConfigurationIsValid() throws IOException {
        assertThat(FanConfig.read(EXAMPLES.resolve("network-fan"))
                        .requireValid()
                        .lines())
                .extracting(line -> line.entry().toString())
                .containsExactly(
                        "250.0.0.0/8 10.0.0.0/16 dhcp",
                        "251.0.0.0/8 eth1/24 host-reserve 9 bridge br-lab",
                        "252.0.0.0/8 default/16 off");
    }

    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void aProgramOfTenLinesBringsAFanUp(Lab lab) {
        LabHost host = lab.hosts().get(0);
        ExecResult result = lab.exec(
                host,
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        EXAMPLES.resolve("BringUp.java").toString()));
        assertThat(result.output())
                .isEqualTo("9 steps to go\nfan-250 owns 250.0.1.0/24\nthe second time there is nothing to do\n");
        assertThat(result.ok()).isTrue();
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aProgramOfTenLinesTellsWhichHostsAreReached(Lab lab) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!lab.exec(lab.hosts().get(0), List.of("ping", "-c1", "-W1", "250.0.2.1"))
                .ok()) {
            assertThat(System.nanoTime()).as("the lab works in time").isLessThan(deadline);
        }
        ExecResult result = lab.exec(
                lab.hosts().get(0),
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        EXAMPLES.resolve("ReachCheck.java").toString(),
                        "10.0.0.2",
                        "192.0.2.1"));
        assertThat(result.output())
                .isEqualTo(
                        "10.0.0.2 is reached\n192.0.2.1: 192.0.2.1 is neither in the underlay nor in the overlay of a fan"
                                + " of this host\n");
        assertThat(result.ok()).isTrue();
    }
}
