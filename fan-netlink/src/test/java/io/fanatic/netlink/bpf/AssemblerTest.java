package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R9;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The encodings, worked out by hand from RFC 9669 sections 3 to 5; first little endian, then big endian. */
class AssemblerTest {

    private static void encodes(Instruction instruction, String little, String big, String text) {
        assertThat(hex(new Assembler(ByteOrder.LITTLE_ENDIAN).add(instruction))).isEqualTo(little);
        assertThat(hex(new Assembler(ByteOrder.BIG_ENDIAN).add(instruction))).isEqualTo(big);
        assertThat(instruction).hasToString(text);
    }

    private static String hex(Assembler program) {
        return HexFormat.of().formatHex(program.bytes());
    }

    @Test
    void loadsAndStoresOfEveryWidth() {
        encodes(Width.BYTE.load(R1, R2, 14), "71210e0000000000", "7112000e00000000", "r1 = *(u8 *)(r2 + 14)");
        encodes(Width.HALF.load(R1, R2, 12), "69210c0000000000", "6912000c00000000", "r1 = *(u16 *)(r2 + 12)");
        encodes(Width.WORD.load(R2, R6, 76), "61624c0000000000", "6126004c00000000", "r2 = *(u32 *)(r6 + 76)");
        encodes(Width.DWORD.load(R1, R10, -8), "79a1f8ff00000000", "791afff800000000", "r1 = *(u64 *)(r10 - 8)");
        encodes(Width.BYTE.store(R10, -1, R3), "733affff00000000", "73a3ffff00000000", "*(u8 *)(r10 - 1) = r3");
        encodes(Width.DWORD.store(R0, 0, R1), "7b10000000000000", "7b01000000000000", "*(u64 *)(r0 + 0) = r1");
        encodes(Width.HALF.storeImm(R10, -2, 7), "6a0afeff07000000", "6aa0fffe00000007", "*(u16 *)(r10 - 2) = 7");
        encodes(
                Width.WORD.storeImm(R10, -48, 0xfa0000),
                "620ad0ff0000fa00",
                "62a0ffd000fa0000",
                "*(u32 *)(r10 - 48) = 0xfa0000");
    }

    @Test
    void arithmeticOnBothHalvesAndOnTheLowerOne() {
        encodes(Alu.MOV.reg(R6, R1), "bf16000000000000", "bf61000000000000", "r6 = r1");
        encodes(Alu.ADD.imm(R2, -48), "07020000d0ffffff", "07200000ffffffd0", "r2 += -48");
        encodes(Alu.MOV.reg32(R1, R9), "bc91000000000000", "bc19000000000000", "w1 = w9");
        encodes(Alu.AND.imm32(R1, 0xff000000), "54010000000000ff", "54100000ff000000", "w1 &= 0xff000000");
        encodes(Alu.RSH.imm32(R1, 8), "7401000008000000", "7410000000000008", "w1 >>= 8");
        encodes(Alu.ARSH.imm(R1, 63), "c70100003f000000", "c71000000000003f", "r1 s>>= 63");
        encodes(Alu.SUB.reg(R3, R2), "1f23000000000000", "1f32000000000000", "r3 -= r2");
    }

    @Test
    void theSwapToNetworkOrderNamesItsWidth() {
        encodes(Instruction.toBigEndian(R1, 16), "dc01000010000000", "dc10000000000010", "r1 = be16 r1");
        encodes(Instruction.toBigEndian(R9, 64), "dc09000040000000", "dc90000000000040", "r9 = be64 r9");
    }

    @Test
    void callsExitAndMaps() {
        encodes(Helper.SKB_SET_TUNNEL_KEY.call(), "8500000015000000", "8500000000000015", "call skb_set_tunnel_key");
        encodes(Instruction.exit(), "9500000000000000", "9500000000000000", "exit");
        encodes(
                Instruction.mapFd(R1, 7),
                "1811000007000000" + "0000000000000000",
                "1811000000000007" + "0000000000000000",
                "r1 = map");
    }

    @Test
    void jumpsCountSlotsFromTheNextInstructionForwardAndBack() {
        Assembler program = new Assembler(ByteOrder.LITTLE_ENDIAN)
                .label("start")
                .add(Jump.EQ.imm32(R1, 0x0608, "end"))
                .add(Instruction.mapFd(R1, 3)) // two slots
                .add(Jump.GT.reg(R2, R3, "start"))
                .add(Jump.to("end"))
                .label("end")
                .add(Instruction.exit());
        assertThat(hex(program))
                .isEqualTo("1601040008060000" + "1811000003000000" + "0000000000000000" + "2d32fcff00000000"
                        + "0500000000000000" + "9500000000000000");
    }

    @Test
    void conditionsInBothByteOrders() {
        encodesJump(
                Jump.NE.imm32(R1, 0xfa000000, "x"),
                "56010000000000fa",
                "56100000fa000000",
                "if w1 != 0xfa000000 goto x");
        encodesJump(Jump.GE.imm(R1, -1, "x"), "35010000ffffffff", "35100000ffffffff", "if r1 >= -1 goto x");
        encodesJump(Jump.LE.reg(R2, R3, "x"), "bd32000000000000", "bd23000000000000", "if r2 <= r3 goto x");
        encodesJump(Jump.SET.imm32(R1, 1, "x"), "4601000001000000", "4610000000000001", "if w1 & 1 goto x");
        encodesJump(Jump.LT.reg32(R1, R2, "x"), "ae21000000000000", "ae12000000000000", "if w1 < w2 goto x");
        encodesJump(Jump.to("x"), "0500000000000000", "0500000000000000", "goto x");
        encodesJump(Instruction.call("x"), "8510000000000000", "8501000000000000", "call x");
    }

    private static void encodesJump(Instruction jump, String little, String big, String text) {
        assertThat(hex(new Assembler(ByteOrder.LITTLE_ENDIAN).add(jump).label("x")))
                .isEqualTo(little);
        assertThat(hex(new Assembler(ByteOrder.BIG_ENDIAN).add(jump).label("x")))
                .isEqualTo(big);
        assertThat(jump).hasToString(text);
    }

    @Test
    void networkOrderImmediatesEqualWhatALoadYields() {
        assertThat(new Assembler(ByteOrder.LITTLE_ENDIAN).network16(0x0806)).isEqualTo(0x0608);
        assertThat(new Assembler(ByteOrder.BIG_ENDIAN).network16(0x0806)).isEqualTo(0x0806);
        assertThat(new Assembler(ByteOrder.LITTLE_ENDIAN).network16(0x0088)).isEqualTo(0x8800);
        assertThat(new Assembler(ByteOrder.LITTLE_ENDIAN).network32(0x00400000)).isEqualTo(0x00004000);
    }

    @Test
    void mapDescriptorsDoNotCountForTheFingerprint() {
        byte[] three = new Assembler(ByteOrder.LITTLE_ENDIAN)
                .add(Instruction.mapFd(R1, 3))
                .bytesWithoutMaps();
        byte[] four = new Assembler(ByteOrder.LITTLE_ENDIAN)
                .add(Instruction.mapFd(R1, 4))
                .bytesWithoutMaps();
        assertThat(three).isEqualTo(four);
    }

    @Test
    void aLabelIsDefinedExactlyOnce() {
        Assembler program = new Assembler(ByteOrder.LITTLE_ENDIAN).add(Jump.to("nowhere"));
        assertThatThrownBy(program::bytes).hasMessage("label nowhere is not defined");
        program.label("here");
        assertThatThrownBy(() -> program.label("here")).hasMessage("label here is defined twice");
    }

    @Test
    void anOffsetThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> Width.WORD.load(R1, R2, 32768)).hasMessage("offset 32768 does not fit 16 bits");
    }
}
