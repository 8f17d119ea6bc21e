package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The programs of 250.0.0.0/8 over 10.0.0.0/16 on 10.0.0.45, byte by byte, as the resource files have them: one line per slot of 8
 * bytes with its number, its bytes in hexadecimal and what they mean. A change of the emitter that changes a program shows here and is
 * to be read before the file is replaced: it also makes every running fan replace its programs.
 */
class GoldenProgramTest {

    @Test
    void encapOnALittleEndianCpu() {
        assertThat(EncapProgram.emit(Specs.USUAL, 0, ByteOrder.LITTLE_ENDIAN).listing())
                .isEqualTo(golden("encap-little-endian"));
    }

    @Test
    void encapOnABigEndianCpu() {
        assertThat(EncapProgram.emit(Specs.USUAL, 0, ByteOrder.BIG_ENDIAN).listing())
                .isEqualTo(golden("encap-big-endian"));
    }

    @Test
    void guardOnALittleEndianCpu() {
        assertThat(GuardProgram.emit(Specs.USUAL, 0, ByteOrder.LITTLE_ENDIAN).listing())
                .isEqualTo(golden("guard-little-endian"));
    }

    @Test
    void guardOnABigEndianCpu() {
        assertThat(GuardProgram.emit(Specs.USUAL, 0, ByteOrder.BIG_ENDIAN).listing())
                .isEqualTo(golden("guard-big-endian"));
    }

    @Test
    void gateOnALittleEndianCpu() {
        assertThat(GateProgram.emit(Specs.USUAL, 0, ByteOrder.LITTLE_ENDIAN).listing())
                .isEqualTo(golden("gate-little-endian"));
    }

    @Test
    void gateOnABigEndianCpu() {
        assertThat(GateProgram.emit(Specs.USUAL, 0, ByteOrder.BIG_ENDIAN).listing())
                .isEqualTo(golden("gate-big-endian"));
    }

    @Test
    void theUsualWayIsShort() {
        // From the first instruction to the exit; the lines "count" and "leave" included.
        assertThat(slotsToExit(EncapProgram.emit(Specs.USUAL, 0, ByteOrder.LITTLE_ENDIAN)))
                .isEqualTo(67);
        assertThat(slotsToExit(GuardProgram.emit(Specs.USUAL, 0, ByteOrder.LITTLE_ENDIAN)))
                .isEqualTo(67);
        assertThat(slotsToExit(GateProgram.emit(Specs.USUAL, 0, ByteOrder.LITTLE_ENDIAN)))
                .isEqualTo(17);
    }

    private static int slotsToExit(Assembler program) {
        byte[] code = program.bytes();
        int slot = 0;
        while (code[8 * slot] != (byte) 0x95) {
            slot++;
        }
        return slot + 1;
    }

    private static String golden(String name) {
        try (InputStream in = GoldenProgramTest.class.getResourceAsStream(name + ".txt")) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
