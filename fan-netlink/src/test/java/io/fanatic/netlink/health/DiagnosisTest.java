package io.fanatic.netlink.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.KernelFeatures.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DiagnosisTest {
    private static Finding finding(Code code, String subject) {
        return Finding.of(code, subject, "title", List.of("seen"), "fix");
    }

    @Test
    void whatFollowsFromACauseOfTheSameFanIsNoCauseItself() {
        Finding bridge = finding(Code.BRIDGE, "250.0.0.0/8");
        Finding port = finding(Code.BRIDGE_PORT, "250.0.0.0/8").because(Code.BRIDGE);
        Finding down = finding(Code.DEVICE_DOWN, "250.0.0.0/8").because(Code.BRIDGE_PORT);
        Finding other = finding(Code.BRIDGE_PORT, "251.0.0.0/8").because(Code.BRIDGE);
        Diagnosis diagnosis = new Diagnosis(4, List.of(port, bridge, down, other), List.of());
        assertThat(diagnosis.causes()).containsExactly(bridge, other);
        assertThat(diagnosis.consequencesOf(bridge)).containsExactly(port, down);
    }

    @Test
    void findingsThatNameEachOtherDoNotHang() {
        Finding one = finding(Code.BRIDGE, "host").because(Code.TUNNEL);
        Finding two = finding(Code.TUNNEL, "host").because(Code.BRIDGE);
        assertThat(new Diagnosis(2, List.of(one, two), List.of()).findings()).hasSize(2);
    }

    /** A configuration of 10,000 lines took minutes: for each cause, each finding was compared with all others. */
    @Test
    @Timeout(60)
    void causesOfManyFindingsAreFoundInTime() {
        List<Finding> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(finding(Code.BRIDGE_PORT, "fan " + i).because(Code.BRIDGE));
            many.add(finding(Code.BRIDGE, "fan " + i).because(Code.KERNEL_BPF, Code.TUNNEL));
        }
        Diagnosis diagnosis = new Diagnosis(many.size(), many, List.of());
        assertThat(diagnosis.byCause()).hasSize(10_000);
        diagnosis
                .byCause()
                .forEach((cause, consequences) -> assertThat(consequences)
                        .singleElement()
                        .extracting(Finding::subject)
                        .isEqualTo(cause.subject()));
        assertThat(diagnosis.causes()).hasSize(10_000);
    }

    @Test
    void moreOfTheSameAddsItsEvidence() {
        Findings findings = new Findings();
        findings.add(finding(Code.DROPS, "host"));
        findings.add(Finding.of(Code.DROPS, "host", "title", List.of("seen", "more"), "fix")
                .as(Severity.WARNING));
        assertThat(findings.diagnosis().findings()).singleElement().satisfies(only -> {
            assertThat(only.evidence()).containsExactly("seen", "more");
            assertThat(only.severity()).isEqualTo(Severity.WARNING);
        });
    }

    @Test
    void eachCodeStandsInTheManPage() throws IOException {
        String page = Files.readString(Path.of("..", "man", "fan-doctor.7"));
        for (Code code : Code.all()) {
            assertThat(page)
                    .contains(
                            "\n.It Cm " + code.word() + " Pq " + code.severity().word() + "\n");
        }
        assertThat(Code.all().stream().map(Code::word)).doesNotHaveDuplicates();
    }

    @Test
    void checksOfOthersHaveCodesOfTheirOwn() {
        Code disk = Code.of("acme.disk-full", Severity.WARNING, "the disk is full");
        Findings findings = new Findings();
        findings.add(finding(disk, "host"));
        findings.add(finding(Code.DROPS, "host").because(disk));
        Diagnosis diagnosis = findings.diagnosis();
        assertThat(diagnosis.causes()).extracting(Finding::code).containsExactly(disk);
        assertThat(diagnosis.causes().get(0).severity()).isEqualTo(Severity.WARNING);
        assertThat(Code.all()).doesNotContain(disk).contains(Code.DROPS);
        for (String word : List.of("disk-full", "acme.Disk", "acme.", ".disk", "acme disk.full")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Code.of(word, Severity.NOTE, ""))
                    .withMessageContaining(word);
        }
    }

    /** A kernel without these cannot be had here, so what it would say is given. */
    @Test
    void fault11WhatTheKernelRefusesIsNamed() {
        KernelFeatures kernel = KernelFeatures.ofThisKernel()
                .with(new KernelFeatures.Trial(KernelFeature.EBPF, Result.WORKS, "", null))
                .with(new KernelFeatures.Trial(
                        KernelFeature.VXLAN, Result.LACKING, "make a VXLAN device: not supported", null))
                .with(new KernelFeatures.Trial(
                        KernelFeature.BRIDGE, Result.NOT_TRIED, "unshare a network namespace: EPERM", null))
                .with(new KernelFeatures.Trial(KernelFeature.NFTABLES, Result.LACKING, "nftables refused", null));
        KernelCheck check = new KernelCheck(() -> kernel);
        Findings findings = new Findings();
        check.attemptAll(findings, true);
        assertThat(findings.diagnosis().findings())
                .extracting(Finding::code)
                .containsExactly(Code.KERNEL_VXLAN, Code.KERNEL_NFTABLES);
        assertThat(findings.diagnosis().notChecked())
                .singleElement()
                .asString()
                .startsWith("not tried whether bridge works");
        assertThat(Optional.of(findings.diagnosis().looked())).contains(3);
    }
}
