package io.fanatic.harness.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Topology: that of {@link Lab}, two hosts with one container each. */
@FanLab(hosts = 2, containers = 1)
class FanLabTest {

    private static final Set<String> NAMES = new HashSet<>();

    @AfterAll
    static void allTestsShareOneLab(Lab lab) {
        assertThat(NAMES).containsExactly(lab.spec().name());
        assertThat(Lab.names()).contains(lab.spec().name());
    }

    @Test
    void theFanIsUpAndContainersReachEachOther(Lab lab) {
        NAMES.add(lab.spec().name());
        LabContainer first = lab.containers().get(0);
        assertThat(lab.containers()).hasSize(2);
        lab.exec(first, List.of("ping", "-c1", "-W2", "250.0.2.2")).orThrow();
    }

    @Test
    void anotherTestGetsTheSameLab(Lab lab) {
        NAMES.add(lab.spec().name());
        assertThat(lab.hosts()).hasSize(2);
    }

    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void aTestWithItsOwnAnnotationGetsItsOwnLab(Lab lab) {
        assertThat(NAMES).doesNotContain(lab.spec().name());
        assertThat(lab.hosts()).hasSize(1);
        assertThat(lab.exec(lab.hosts().get(0), List.of("ip", "link")).output()).doesNotContain("fan-250");
    }

    @Test
    @FanLab(hosts = 1, containers = 0, flags = "mtu 1400 port 9999")
    void theFanHasTheFlagsOfTheAnnotation(Lab lab) {
        assertThat(lab.exec(lab.hosts().get(0), List.of("ip", "-d", "link")).output())
                .containsPattern("fan-250: .* mtu 1400 ")
                .contains("dstport 9999");
    }

    @Nested
    class Inside {
        @Test
        void nestedTestsShareTheOuterLab(Lab lab) {
            NAMES.add(lab.spec().name());
            assertThat(lab.hosts()).hasSize(2);
        }
    }
}
