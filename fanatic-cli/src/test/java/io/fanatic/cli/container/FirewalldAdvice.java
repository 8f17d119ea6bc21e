package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.reaches;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.CliRun;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code fanatic doctor} advises on a host with firewalld and a fan with these options, and whether it helps.
 *
 * @param mtu of the containers, in bytes
 */
record FirewalldAdvice(FanOptions options, int mtu) {

    EmbeddedFan fan() {
        return new EmbeddedFan(options);
    }

    LabHost configured(Lab lab) {
        LabHost host = lab.hosts().get(0);
        host.exec("sysctl", "-qw", "net.ipv4.ip_forward=0").orThrow();
        CliRun.fanctl(host, "config set 250.0.0.0/8 10.0.0.0/16 " + options).done();
        return host;
    }

    void bringUp(Lab lab) {
        lab.hosts().forEach(fan()::up);
        lab.containers().forEach(lab::attach);
    }

    /** Each command as it stands there, in a shell, until there is none. */
    void follow(LabHost host) {
        List<String> followed = new ArrayList<>();
        while (true) {
            CliRun doctor = CliRun.fanatic(host, "doctor --json");
            List<String> fixes = new ArrayList<>();
            for (JsonElement finding :
                    JsonParser.parseString(doctor.out()).getAsJsonObject().getAsJsonArray("findings")) {
                JsonObject each = finding.getAsJsonObject();
                if (each.get("cause").getAsBoolean()) {
                    fixes.add(each.get("fix").getAsString());
                }
            }
            if (fixes.isEmpty()) {
                assertThat(followed).as("there was something to advise").isNotEmpty();
                return;
            }
            assertThat(followed).as("advice that did not help: " + doctor.out()).doesNotContainAnyElementsOf(fixes);
            for (String fix : fixes) {
                if (fix.startsWith("fanctl ")) {
                    CliRun.fanctl(host, fix.substring("fanctl ".length())).done();
                } else {
                    host.exec("sh", "-c", fix).orThrow();
                }
            }
            followed.addAll(fixes);
        }
    }

    /** From and to the other host's container, to the world outside, and to the own host. */
    void theFanWorks(Lab lab, Namespace box, Ipv4Address address) {
        try (Probes probes = Probes.open()) {
            LabContainer other = lab.containers().get(1);
            LabHost host = lab.hosts().get(0);
            reaches(probes, box, address, other.namespace(), other.address(), mtu);
            reaches(probes, other.namespace(), other.address(), box, address, mtu);
            reaches(
                    probes,
                    box,
                    host.underlayAddress(),
                    lab.outside(),
                    lab.spec().outsideAddress(),
                    mtu);
            reaches(probes, box, address, host.namespace(), host.address(), mtu);
        }
    }
}
