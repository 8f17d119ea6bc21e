package io.fanatic.netlink.bpf;

/**
 * Arithmetic. The plain forms work on 64 bits and extend an immediate's sign; the forms ending in 32 work on the lower half and clear
 * the upper one, which makes them right for IPv4 addresses. Division and remainder are unsigned.
 */
public enum Alu {
    ADD(0x00, "+="),
    SUB(0x10, "-="),
    MUL(0x20, "*="),
    DIV(0x30, "/="),
    OR(0x40, "|="),
    AND(0x50, "&="),
    LSH(0x60, "<<="),
    /** Logical shift right. */
    RSH(0x70, ">>="),
    MOD(0x90, "%="),
    XOR(0xa0, "^="),
    MOV(0xb0, "="),
    /** Arithmetic shift right. */
    ARSH(0xc0, "s>>=");

    private static final int ALU = 0x04;
    private static final int ALU64 = 0x07;
    private static final int REGISTER = 0x08;

    private final int code;
    private final String text;

    Alu(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public Instruction imm(Register to, int value) {
        return Instruction.of(ALU64 | code, to, Register.R0, 0, value);
    }

    public Instruction reg(Register to, Register from) {
        return Instruction.of(ALU64 | REGISTER | code, to, from, 0, 0);
    }

    public Instruction imm32(Register to, int value) {
        return Instruction.of(ALU | code, to, Register.R0, 0, value);
    }

    public Instruction reg32(Register to, Register from) {
        return Instruction.of(ALU | REGISTER | code, to, from, 0, 0);
    }

    static Alu ofOpcode(int opcode) {
        for (Alu operation : values()) {
            if ((opcode & 0xf0) == operation.code) {
                return operation;
            }
        }
        throw new IllegalArgumentException("opcode " + opcode);
    }

    @Override
    public String toString() {
        return text;
    }
}
