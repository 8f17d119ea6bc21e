package io.fanatic.netlink.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.bpf.Alu;
import io.fanatic.netlink.bpf.Assembler;
import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.Instruction;
import io.fanatic.netlink.bpf.Register;
import io.fanatic.netlink.host.FreshNamespace;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProgramEventsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @Test
    void aProgramThatGoesIsHeardOf() {
        assertHeard(ProgramEvents.open());
    }

    /** To a kernel with pages of 8 KiB, 4 KiB are what half a page is to this one: it maps them, and writes no records there. */
    @Test
    void aPageThatIsLargerThanTheFirstOneTriedIsFound() throws Exception {
        int page = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.startsWith("KernelPageSize:")) {
                page = Integer.parseInt(line.replaceAll("\\D", "")) * 1024;
                break;
            }
        }
        for (int first = page / 2; first >= page / 4; first /= 2) {
            assertHeard(ProgramEvents.open(first));
        }
    }

    private static void assertHeard(Optional<ProgramEvents> opened) {
        try (ProgramEvents events = opened.orElseThrow()) {
            int id;
            try (BpfProgram program = BpfProgram.load(
                    "passes",
                    new Assembler(ByteOrder.nativeOrder())
                            .add(Alu.MOV.imm(Register.R0, 0), Instruction.exit())
                            .bytes())) {
                id = program.info().id();
            }
            Set<Integer> gone = new HashSet<>();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!gone.contains(id)) {
                Duration left = Duration.ofNanos(end - System.nanoTime());
                assertThat(!left.isNegative() && Poller.await(events.descriptors(), Optional.of(left)))
                        .as("program %d is gone, and these are heard of: %s", id, gone)
                        .isTrue();
                assertThat(events.read(gone::add)).isTrue();
            }
        }
    }
}
