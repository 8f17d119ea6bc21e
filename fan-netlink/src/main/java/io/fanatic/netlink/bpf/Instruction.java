package io.fanatic.netlink.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One instruction. Made by the methods of {@link Alu}, {@link Jump}, {@link Width} and {@link Helper} and by the factories here;
 * {@link Assembler} collects them. The layout is {@code struct bpf_insn} of linux/bpf.h (RFC 9669 section 3):
 *
 * <pre>
 *   byte    0        1         2       3       4       5       6       7
 *       +--------+----+----+-------+-------+-------+-------+-------+-------+
 *       | opcode |src |dst |    offset     |           immediate           |   little endian
 *       +--------+----+----+-------+-------+-------+-------+-------+-------+
 *       | opcode |dst |src |    offset     |           immediate           |   big endian
 *       +--------+----+----+-------+-------+-------+-------+-------+-------+
 *                 high low     (offset and immediate in the order of the CPU)
 * </pre>
 *
 * The two register numbers are bit fields, which is why they too change places with the byte order.
 *
 * @param opcode class in the low 3 bits; what the others mean depends on it
 * @param dst the destination register
 * @param src the source register
 * @param offset signed, of a memory access in bytes; of a jump set when labels are resolved, in slots of 8 bytes
 * @param immediate signed
 * @param label where a jump goes, or null
 */
public record Instruction(
        int opcode,
        Register dst,
        Register src,
        int offset,
        int immediate,
        @Nullable String label) {

    static final int BYTES = 8;

    private static final int LOAD_64 = 0x18;
    private static final int EXIT = 0x95;
    private static final int CALL = 0x85;
    private static final int TO_BIG_ENDIAN = 0xdc;
    private static final Register PSEUDO_MAP_FD = Register.R1;
    private static final Register PSEUDO_CALL = Register.R1;

    static Instruction of(int opcode, Register to, Register from, int offset, int immediate) {
        if (offset != (short) offset) {
            throw new IllegalArgumentException("offset " + offset + " does not fit 16 bits");
        }
        return new Instruction(opcode, to, from, offset, immediate, null);
    }

    static Instruction jump(int opcode, Register left, Register right, int immediate, String label) {
        return new Instruction(opcode, left, right, 0, immediate, label);
    }

    /** Ends the program; R0 is its result. */
    public static Instruction exit() {
        return of(EXIT, Register.R0, Register.R0, 0, 0);
    }

    /** Loads the address of a map, given by its descriptor; the kernel puts the address in. Takes two slots. */
    public static Instruction mapFd(Register to, int fd) {
        return of(LOAD_64, to, PSEUDO_MAP_FD, 0, fd);
    }

    /**
     * Loads the index of a device that is not known yet when the program is named: what stands here does not count for the name. Takes two
     * slots.
     */
    public static Instruction deviceIndex(Register to, int index) {
        return of(LOAD_64, to, Register.R0, 0, index);
    }

    /** Calls the function that starts at the label. */
    public static Instruction call(String label) {
        return jump(CALL, Register.R0, PSEUDO_CALL, 0, label);
    }

    /**
     * Reverses the low {@code bits} on a little-endian CPU, clears the rest: network to host order and back.
     *
     * @param bits 16, 32 or 64
     */
    public static Instruction toBigEndian(Register to, int bits) {
        return of(TO_BIG_ENDIAN, to, Register.R0, 0, bits);
    }

    /** How many slots of 8 bytes the instruction takes, 1 or 2. */
    int slots() {
        return opcode == LOAD_64 ? 2 : 1;
    }

    /** The same without what is known only when the program is loaded: the descriptor of a map, the index of a device. */
    Instruction nameable() {
        return opcode == LOAD_64 ? of(LOAD_64, dst, src, 0, 0) : this;
    }

    /** The instruction with its jump resolved to a distance in slots, counted from the next instruction. */
    Instruction resolved(int distance) {
        return opcode == CALL
                ? new Instruction(opcode, dst, src, 0, distance, label)
                : of(opcode, dst, src, distance, immediate);
    }

    void encode(ByteBuffer into) {
        boolean little = into.order() == ByteOrder.LITTLE_ENDIAN;
        int registers = little ? src.ordinal() << 4 | dst.ordinal() : dst.ordinal() << 4 | src.ordinal();
        into.put((byte) opcode).put((byte) registers).putShort((short) offset).putInt(immediate);
        if (slots() == 2) {
            into.putLong(0);
        }
    }

    /** In the manner of {@code bpftool prog dump}: {@code r1 = *(u32 *)(r6 + 76)}, w for the lower half of a register. */
    @Override
    public String toString() {
        int group = opcode & 7;
        boolean byRegister = (opcode & 8) != 0;
        switch (group) {
            case 0:
                return name(dst) + (src == PSEUDO_MAP_FD ? " = map" : " = device");
            case 1:
                return name(dst) + " = " + memory(src);
            case 2:
                return memory(dst) + " = " + number(immediate, true);
            case 3:
                return memory(dst) + " = " + name(src);
            case 4:
            case 7:
                if (opcode == TO_BIG_ENDIAN) {
                    return name(dst) + " = be" + immediate + " " + name(dst);
                }
                String operand = byRegister ? name(src, group == 4) : number(immediate, group == 4);
                return name(dst, group == 4) + " " + Alu.ofOpcode(opcode) + " " + operand;
            default:
                return jumpText(group == 6, byRegister);
        }
    }

    private String jumpText(boolean half, boolean byRegister) {
        String where = label == null ? "+" + offset : label;
        if (opcode == EXIT) {
            return "exit";
        } else if (opcode == CALL) {
            return "call " + (src == PSEUDO_CALL ? where : Helper.name(immediate));
        } else if ((opcode & 0xf0) == 0) {
            return "goto " + where;
        }
        String right = byRegister ? name(src, half) : number(immediate, half);
        return "if " + name(dst, half) + " " + Jump.ofOpcode(opcode) + " " + right + " goto " + where;
    }

    private String memory(Register base) {
        return "*(" + Width.ofOpcode(opcode) + " *)(" + name(base) + (offset < 0 ? " - " : " + ") + Math.abs(offset)
                + ")";
    }

    private static String name(Register register) {
        return register.name().toLowerCase(Locale.ROOT);
    }

    private static String name(Register register, boolean half) {
        return (half ? "w" : "r") + register.ordinal();
    }

    /** Masks and addresses, which belong to the lower half of a register, read best in hexadecimal, offsets in decimal. */
    private static String number(int value, boolean half) {
        boolean decimal = half ? value >= 0 && value < 1000 : value == (short) value;
        return decimal ? Integer.toString(value) : "0x" + Integer.toHexString(value);
    }
}
