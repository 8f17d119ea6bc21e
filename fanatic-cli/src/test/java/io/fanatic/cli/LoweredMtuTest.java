package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabLink;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The underlay carries less than it did when the containers got their MTU, and nobody tells them. A TCP connection between them goes on,
 * made of full packets that leave one by one: such a one the bridge drops without a word where its port takes less (large segments, which the
 * tunnel cuts, pass in any case and hide it).
 *
 * <pre>
 *   h1 eth0 1400 ---- underlay 1400 (bridge) ---- eth0 1400 h2
 *      fan-250 1350 -- h1c1 1450 === connection === h2c1 1450 -- fan-250 1350
 * </pre>
 */
@FanLab(hosts = 2, containers = 1, fan = false)
class LoweredMtuTest {
    private static final String CONFIGURE =
            "mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 > /etc/network/fan; ip link set eth0 mtu 1500";

    private Lab lab;
    private SteadyFlow flow;

    @BeforeEach
    void bringUp(Lab lab) {
        this.lab = lab;
        for (LabHost host : lab.hosts()) {
            new LabLink(lab, host).setMtu(1500);
            host.exec("sh", "-e", "-c", CONFIGURE.replace("10.0.0.0/16", "10.0.0.0/16" + flags()))
                    .orThrow();
            fanctl(host, "up -a").done();
        }
        for (LabContainer container : lab.containers()) {
            if (container.exec("ip", "link", "show", "eth0").exitCode() != 0) {
                lab.attach(container);
            }
            container
                    .exec("ip", "link", "set", "eth0", "mtu", "1450", "gso_max_segs", "1")
                    .orThrow();
        }
        flow = SteadyFlow.between(lab.containers().get(0), lab.containers().get(1));
        goesOn();
    }

    /** Of the fan, each with a blank before it. */
    String flags() {
        return " no-fast";
    }

    @AfterEach
    void everyByteArrived() {
        try (SteadyFlow going = flow) {
            goesOn();
            going.end();
        }
    }

    private void lower() {
        lab.hosts().forEach(host -> new LabLink(lab, host).setMtu(1400));
    }

    /** The connection forgets what it has learnt of the path, and has to learn it again from its next full packet. */
    private void goesOn() {
        lab.containers()
                .forEach(container ->
                        container.exec("ip", "route", "flush", "cache").orThrow());
        flow.progress();
    }

    private void fullPacketsAreAnswered() {
        LabContainer from = lab.containers().get(0);
        from.exec("ip", "route", "flush", "cache").orThrow();
        // Another address than that of the connection, which learns while this goes on.
        String to = lab.hosts().get(1).address().toString();
        // 1422 and the headers of ICMP and IPv4 are 1450.
        assertThat(from.exec("ping", "-c1", "-W2", "-Mdo", "-s1422", to).output())
                .contains("Frag needed and DF set (mtu = 1350)");
        from.exec("ip", "route", "flush", "cache").orThrow();
        from.exec("ping", "-c1", "-W2", "-Mdont", "-s1422", to).orThrow();
    }

    // TESTING.md F20
    @Test
    void aConnectionOfFullPacketsGoesOnBeforeAndAfterTheFanIsBroughtUpAgain() {
        lower();
        goesOn();
        fullPacketsAreAnswered();
        for (LabHost host : lab.hosts()) {
            assertThat(fanctl(host, "up -a").done()).contains("MTU 1350");
        }
        goesOn();
        fullPacketsAreAnswered();
    }

    // TESTING.md F20
    @Test
    void aConnectionOfFullPacketsGoesOnUnderTheWatch(@TempDir Path directory) {
        LabHost host = lab.hosts().get(0);
        try (WatchRun watch = WatchRun.start(host, directory)) {
            watch.hear("watching 250.0.0.0/8");
            lower();
            watch.hear("repaired 250.0.0.0/8: change bridge fan-250: MTU 1450 -> 1350");
            fullPacketsAreAnswered();
            goesOn();
        }
    }
}
