package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs, maps and their descriptors. */
@KernelTest
class BpfObjectsTest {
    private static final int STRICT_ALIGNMENT = 1;

    private static byte[] returns(int value) {
        return new Assembler(ByteOrder.nativeOrder())
                .add(Alu.MOV.imm(R0, value), Instruction.exit())
                .bytes();
    }

    @Test
    void aProgramTellsItsNameAndItsMaps() {
        try (FanPrograms programs = FanPrograms.load(Specs.USUAL)) {
            assertThat(Specs.USUAL.names()).hasSize(2).allMatch(name -> name.matches("(encap|guard)_[0-9a-f]{8}"));
            BpfProgram.Info encap = programs.get(Role.ENCAP).info();
            BpfMap.Info map = programs.counters().info();
            assertThat(encap.name()).isEqualTo("encap");
            assertThat(encap.tag()).matches("[0-9a-f]{16}");
            assertThat(encap.mapIds()).contains(map.id());
            assertThat(programs.get(Role.GUARD).info().name()).isEqualTo("guard");
            assertThat(programs.get(Role.GUARD).info().mapIds()).contains(map.id());
            assertThat(map).isEqualTo(new BpfMap.Info(map.id(), "fan_counters", 6, 4, 8, FanPrograms.ENTRIES));
            assertThat(AttachedProgram.ofId(encap.id()))
                    .isEqualTo(new AttachedProgram(encap.id(), encap.name(), Role.ENCAP, map.id()));
        }
    }

    @Test
    void aProgramWithOurNameButAnotherMapIsForeign() {
        try (BpfProgram impostor = BpfProgram.load("encap", returns(-1))) {
            AttachedProgram found = AttachedProgram.ofId(impostor.info().id());
            assertThat(found.role()).isEqualTo(Role.FOREIGN);
            assertThat(found.countersMapId()).isZero();
        }
    }

    @Test
    void theVerifiersWordsAreInTheException() {
        byte[] leaky = new Assembler(ByteOrder.nativeOrder())
                .add(Width.WORD.load(R0, R1, 9996), Instruction.exit())
                .bytes();
        VerifierException refused =
                catchThrowableOfType(VerifierException.class, () -> BpfProgram.load("leaky", leaky));
        assertThat(refused.errno()).isEqualTo(Errno.EACCES);
        assertThat(refused.log()).contains("invalid bpf_context access off=9996");
        assertThat(refused).hasMessageContaining("load the eBPF program leaky").hasMessageContaining(refused.log());
    }

    @ParameterizedTest
    @MethodSource("fans")
    void everyFanLoadsAlsoWhereTheCpuWantsAlignedLoads(FanProgramSpec spec) {
        try (BpfMap map = BpfMap.createPerCpuArray("fan_counters", FanPrograms.ENTRIES);
                BpfProgram encap = BpfProgram.load(
                        "encap",
                        EncapProgram.emit(spec, map.fd(), ByteOrder.nativeOrder())
                                .bytes(),
                        STRICT_ALIGNMENT);
                BpfProgram guard = BpfProgram.load(
                        "guard",
                        GuardProgram.emit(spec, map.fd(), ByteOrder.nativeOrder())
                                .bytes(),
                        STRICT_ALIGNMENT)) {
            assertThat(encap.info().mapIds()).isEqualTo(guard.info().mapIds());
        }
    }

    static Iterable<FanProgramSpec> fans() {
        return Specs.all();
    }

    @Test
    void aTestRunGivesTheResultAndTheTime() {
        try (BpfProgram program = BpfProgram.load("two", returns(2))) {
            TestRun run = program.run(new byte[64], 10_000, new byte[0]);
            assertThat(run.result()).isEqualTo(2);
            assertThat(run.nanoseconds()).isBetween(0, 100_000);
        }
    }

    @Test
    void descriptorsDoNotReachChildProcesses() throws IOException {
        try (BpfProgram program = BpfProgram.load("closed", returns(0));
                BpfProgram again = BpfProgram.byId(program.info().id());
                BpfMap map = BpfMap.createPerCpuArray("closed", 1);
                BpfMap mapAgain = BpfMap.byId(map.info().id())) {
            for (int fd : new int[] {program.fd(), again.fd(), map.fd(), mapAgain.fd()}) {
                assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + fd)))
                        .containsPattern("flags:\\s+02\\d{6}\n");
            }
        }
    }

    @Test
    void aClosedProgramIsGoneAndItsHandleSaysSo() {
        BpfProgram program = BpfProgram.load("gone", returns(0));
        int id = program.info().id();
        program.close();
        program.close();
        assertThat(catchThrowableOfType(IllegalStateException.class, program::fd))
                .hasMessageContaining("closed");
        assertThat(catchThrowableOfType(ErrnoException.class, () -> BpfProgram.byId(id))
                        .errno())
                .isEqualTo(Errno.ENOENT);
    }

    @Test
    void numbersBeyondTheMapDoNotExist() {
        try (BpfMap map = BpfMap.createPerCpuArray("small", 2)) {
            assertThat(map.sum(1)).isZero();
            assertThat(catchThrowableOfType(ErrnoException.class, () -> map.sum(2))
                            .errno())
                    .isEqualTo(Errno.ENOENT);
        }
    }

    @Test
    void countersOfAnotherShapeAreNotTakenOver() {
        try (BpfMap small = BpfMap.createPerCpuArray("fan_counters", 2);
                FanPrograms programs =
                        FanPrograms.load(Specs.USUAL, BpfMap.byId(small.info().id()))) {
            assertThat(programs.counters().info().id())
                    .isNotEqualTo(small.info().id());
            assertThat(programs.counters().info().entries()).isEqualTo(FanPrograms.ENTRIES);
        }
    }

    @Test
    void foreignProgramsOnTheHooksStayAndKeepTheirOrder() {
        Needs.tcx();
        try (TestHost host = new TestHost();
                FanPrograms programs = FanPrograms.load(Specs.USUAL);
                FanPrograms others = FanPrograms.load(Specs.TWO_ADDRESSES);
                BpfProgram foreign = BpfProgram.load("monitor", returns(-1))) {
            host.ip("link add tun type vxlan external dstport 8472");
            int tunnel = host.index("tun");
            int foreignId = foreign.info().id();
            host.namespace().run(() -> {
                assertThat(Tcx.query(tunnel, Tcx.Hook.INGRESS)).isEmpty();
                Tcx.attach(tunnel, Tcx.Hook.INGRESS, foreign);
                programs.attach(tunnel);
                int guardId = programs.get(Role.GUARD).info().id();
                assertThat(Tcx.query(tunnel, Tcx.Hook.INGRESS)).containsExactly(guardId, foreignId);
                others.attach(tunnel);
                int otherId = others.get(Role.GUARD).info().id();
                assertThat(Tcx.query(tunnel, Tcx.Hook.INGRESS)).containsExactly(otherId, foreignId);
                FanPrograms.detach(tunnel);
                FanPrograms.detach(tunnel);
                assertThat(Tcx.query(tunnel, Tcx.Hook.INGRESS)).containsExactly(foreignId);
                assertThat(Tcx.query(tunnel, Tcx.Hook.EGRESS)).isEmpty();
            });
        }
    }

    @Test
    void attachingTheSameProgramsAgainIsHarmless() {
        Needs.tcx();
        try (TestHost host = new TestHost();
                FanPrograms programs = FanPrograms.load(Specs.USUAL)) {
            host.ip("link add tun type vxlan external dstport 8472");
            int tunnel = host.index("tun");
            host.namespace().run(() -> {
                programs.attach(tunnel);
                programs.attach(tunnel);
                assertThat(FanPrograms.attached(tunnel, Tcx.Hook.EGRESS)).hasSize(1);
                assertThat(FanPrograms.attached(tunnel, Tcx.Hook.INGRESS)).hasSize(1);
            });
        }
    }

    /** There Java's clock is not that of the programs, as it is not where a virtual machine was not run for a while. */
    @Test
    void theFastPathIsFoundInATimeNamespaceToo() throws Exception {
        Needs.fastPath();
        assumeTrue(Files.exists(Path.of("/proc/self/ns/time")), "this kernel has no time namespaces");
        // Before Linux 6.3 the program itself would stay outside, and could start no thread.
        Process trial = new ProcessBuilder(
                        "unshare",
                        "--time",
                        "--fork",
                        "--kill-child",
                        "--monotonic",
                        "100000",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FastPathTrial.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(trial.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(trial.waitFor()).as(output).isZero();
        assertThat(output).endsWith("true\n");
    }

    @Test
    void aDeviceThatIsNotThereIsNamed() {
        Needs.tcx();
        try (FanPrograms programs = FanPrograms.load(Specs.USUAL)) {
            ErrnoException refused = catchThrowableOfType(ErrnoException.class, () -> programs.attach(987654));
            assertThat(refused.errno()).isEqualTo(Errno.ENODEV);
            assertThat(refused).hasMessageContaining("ingress of device 987654");
        }
    }
}
