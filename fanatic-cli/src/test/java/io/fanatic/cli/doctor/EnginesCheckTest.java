package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.setup.FakeEngine;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Health;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor says of several engines at once; they are fakes. */
@FanLab(hosts = 1, containers = 0, fan = false)
class EnginesCheckTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";

    @TempDir
    Path directory;

    private ContainerEngine engine(EngineKind kind, EngineStatus.State state) {
        return new FakeEngine(kind, directory, state, fan -> {
            throw new IllegalStateException("nobody tests");
        });
    }

    /** There is one finding for each code and fan, and each engine has a cure of its own. */
    @Test
    void allEnginesThatAreStoppedOrAlteredAreNamedWithWhatCuresThem(Lab lab) {
        Patient host = new Patient(lab.hosts().get(0));
        host.up(FanOptions.DEFAULT);
        host.isConfigured("");
        List<ContainerEngine> engines = List.of(
                engine(EngineKind.DOCKER, EngineStatus.State.STOPPED),
                engine(EngineKind.INCUS, EngineStatus.State.STOPPED),
                engine(EngineKind.PODMAN, EngineStatus.State.ALTERED),
                engine(EngineKind.CNI, EngineStatus.State.HALF));

        Diagnosis diagnosis = host.host()
                .namespace()
                .call(() -> Health.onThisHost().with(new EnginesCheck(engines)).examine());

        assertThat(diagnosis.causes())
                .extracting(Finding::title)
                .containsExactly(
                        "Docker and Incus were put on the fan and do not answer",
                        "the settings of Podman and CNI are not those that were made for the fan");
        assertThat(diagnosis.causes())
                .extracting(Finding::fix)
                .containsExactly(
                        "start Docker and Incus; where one does not start: fanatic disable-docker" + FAN
                                + " or fanatic disable-incus" + FAN,
                        "fanatic disable-podman" + FAN + " && fanatic enable-podman" + FAN + " && fanatic disable-cni"
                                + FAN + " && fanatic enable-cni" + FAN);
        assertThat(diagnosis.causes())
                .allSatisfy(finding -> assertThat(finding.evidence()).hasSize(2));
    }
}
