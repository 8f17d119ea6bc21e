package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

    /** Length and digest of the programs of every odd fan, as they were before the emitter became a row of steps. */
    @Test
    void theProgramsOfAllFansAreAsRunningFansHaveThem() {
        List<String> lines = new ArrayList<>();
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (int i = 0; i < Specs.all().size(); i++) {
                FanProgramSpec fan = Specs.all().get(i);
                lines.add(digest("encap " + i, order, fan.emit(Role.ENCAP, 0, order)));
                lines.add(digest("guard " + i, order, fan.emit(Role.GUARD, 0, order)));
                lines.add(digest("gate " + i, order, new GateProgramSpec(fan).emit(Role.GATE, 0, order)));
            }
            for (int i = 0; i < Specs.ipip().size(); i++) {
                IpipProgramSpec fans = Specs.ipip().get(i);
                lines.add(digest("ipip-encap " + i, order, fans.emit(Role.ENCAP, 0, order)));
                lines.add(digest("ipip-guard " + i, order, fans.emit(Role.GUARD, 0, order)));
            }
        }
        assertThat(lines).isEqualTo(golden("programs").lines().toList());
    }

    /** Likewise; the index of the underlay's device is in the first two, that of the tunnel does not count. */
    @Test
    void theProgramsOfTheFastPathAreAsRunningFansHaveThem() {
        List<String> lines = new ArrayList<>();
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (int i = 0; i < Specs.all().size(); i++) {
                FastProgramSpec fast = new FastProgramSpec(Specs.all().get(i), 8472, 2, SourcePorts.DEFAULT);
                CardProgramSpec card = new CardProgramSpec(fast.fan(), 8472, new MacAddress(0x06fa0a00002dL), false);
                lines.add(digest("fast-encap " + i, order, fast.emit(Role.ENCAP, 0, order)));
                lines.add(digest("fast-guard " + i, order, fast.emit(Role.GUARD, 0, order)));
                lines.add(digest("card-guard " + i, order, card.emit(Role.CARD_GUARD, 0, order)));
                lines.add(digest("card-witness " + i, order, card.emit(Role.CARD_WITNESS, 0, order)));
                assertThat(card.keptBy(4711, 4712).names()).isEqualTo(card.names());
            }
        }
        assertThat(lines).isEqualTo(golden("fast-programs").lines().toList());
    }

    /** Likewise, with and without the fast path, and with one network on-link and two. */
    @Test
    void theProgramsOfPacketsWithoutEncapsulationAreAsRunningFansHaveThem() {
        assertThat(directPrograms()).isEqualTo(golden("direct-programs").lines().toList());
    }

    private static List<String> directPrograms() {
        Ipv4Prefix segment = Ipv4Prefix.parse("10.0.0.0/16");
        List<Ipv4Prefix> segments = List.of(segment, Ipv4Prefix.parse("10.1.0.0/24"));
        List<String> lines = new ArrayList<>();
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (int i = 0; i < Specs.all().size(); i++) {
                FanProgramSpec fan = Specs.all().get(i);
                DirectProgramSpec alone = new DirectProgramSpec(fan, 2, List.of(segment), Optional.empty());
                DirectProgramSpec both = new DirectProgramSpec(
                        fan, 2, segments, Optional.of(new FastProgramSpec(fan, 8472, 2, SourcePorts.DEFAULT)));
                lines.add(digest("direct-encap " + i, order, alone.emit(Role.ENCAP, 0, order)));
                lines.add(digest("direct-and-fast-encap " + i, order, both.emit(Role.ENCAP, 0, order)));
                for (boolean translates : new boolean[] {true, false}) {
                    List<FanSlice> slices = fan.localAddresses().stream()
                            .map(fan.mapping()::slice)
                            .toList();
                    DirectGuardSpec guard = new DirectGuardSpec(
                            fan,
                            2,
                            translates ? List.of(segment) : segments,
                            slices,
                            translates,
                            new MacAddress(0x02fa0a00002dL),
                            0);
                    String name = "direct-guard" + (translates ? " " : "-without-nat ") + i;
                    lines.add(digest(name, order, guard.emit(Role.DIRECT_GUARD, 0, order)));
                }
            }
        }
        return lines;
    }

    private static String digest(String program, ByteOrder order, Assembler code) {
        byte[] bytes = code.bytesWithoutMaps();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return program + (order == ByteOrder.LITTLE_ENDIAN ? " little " : " big ")
                    + bytes.length / Instruction.BYTES + " " + HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
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
