package io.fanatic.netlink.bpf;

/**
 * Conditional jumps to a label. The plain forms compare 64 bits, with an immediate's sign extended; the forms ending in 32 (kernel
 * 5.1 and later) compare the lower halves, so that an address such as 250.0.0.0 works as an immediate.
 */
public enum Jump {
    EQ(0x10, "=="),
    /** Unsigned, as are GE, LT and LE. */
    GT(0x20, ">"),
    GE(0x30, ">="),
    /** Jumps when the two have a bit in common. */
    SET(0x40, "&"),
    NE(0x50, "!="),
    SGT(0x60, "s>"),
    SGE(0x70, "s>="),
    LT(0xa0, "<"),
    LE(0xb0, "<="),
    SLT(0xc0, "s<"),
    SLE(0xd0, "s<=");

    private static final int JMP = 0x05;
    private static final int JMP32 = 0x06;
    private static final int REGISTER = 0x08;

    private final int code;
    private final String text;

    Jump(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public Instruction imm(Register left, int right, String label) {
        return Instruction.jump(JMP | code, left, Register.R0, right, label);
    }

    public Instruction reg(Register left, Register right, String label) {
        return Instruction.jump(JMP | REGISTER | code, left, right, 0, label);
    }

    public Instruction imm32(Register left, int right, String label) {
        return Instruction.jump(JMP32 | code, left, Register.R0, right, label);
    }

    public Instruction reg32(Register left, Register right, String label) {
        return Instruction.jump(JMP32 | REGISTER | code, left, right, 0, label);
    }

    /** The jump without a condition. */
    public static Instruction to(String label) {
        return Instruction.jump(JMP, Register.R0, Register.R0, 0, label);
    }

    static Jump ofOpcode(int opcode) {
        for (Jump condition : values()) {
            if ((opcode & 0xf0) == condition.code) {
                return condition;
            }
        }
        throw new IllegalArgumentException("opcode " + opcode);
    }

    @Override
    public String toString() {
        return text;
    }
}
