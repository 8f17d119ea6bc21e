package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.engines.ContainerEngines;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Health;
import java.util.List;

/** A lab's host that is made ill, examined from inside as {@code fanatic doctor} does it, and cured. */
record Patient(LabHost host) {

    /** Runs lines of shell in the host, each of which must succeed. */
    void run(String script) {
        host.exec("sh", "-e", "-c", script).orThrow();
    }

    Diagnosis examine() {
        return examine(Health.onThisHost());
    }

    /** With another host in mind, as {@code --peer} has it. */
    Diagnosis towards(String peer) {
        return examine(Health.onThisHost().towards(Ipv4Address.parse(peer)));
    }

    private Diagnosis examine(Health health) {
        List<ContainerEngine> engines = ContainerEngines.onThisHost();
        return host.namespace()
                .call(() -> health.with(new EnginesCheck(engines))
                        .with(new DuplicateAddressCheck())
                        .with(new AddressesCheck())
                        .examine());
    }

    /** What was found is exactly this, apart from what follows from it; gives the first finding. */
    Finding has(Code... codes) {
        Diagnosis diagnosis = examine();
        assertThat(diagnosis.causes())
                .as(diagnosis.toString())
                .extracting(Finding::code)
                .containsExactly(codes);
        Finding first = diagnosis.causes().get(0);
        assertThat(first.evidence())
                .as("evidence")
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).isNotBlank());
        assertThat(first.fix()).as("fix").isNotBlank();
        return first;
    }

    void isHealthy() {
        Diagnosis diagnosis = examine();
        assertThat(diagnosis.findings()).as(diagnosis.toString()).isEmpty();
        assertThat(diagnosis.notChecked()).isEmpty();
    }

    /** Does what makes it ill, has it found, does what cures it, and has that found as well. */
    Finding falls(String ill, String cure, Code... codes) {
        try {
            run(ill);
            return has(codes);
        } finally {
            run(cure);
            up(FanOptions.DEFAULT);
        }
    }

    /** What brings the fan up after a reboot, and nothing else. */
    void isConfigured(String flags) {
        run("mkdir -p /etc/network; echo '250.0.0.0/8 10.0.0.0/16" + flags + "' > /etc/network/fan");
    }

    void up(FanOptions options) {
        new EmbeddedFan(options).up(host);
    }

    void down() {
        FanNetwork.onThisHost().in(host.namespace()).downEverything();
    }
}
