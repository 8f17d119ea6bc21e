package io.fanatic.netlink.bpf;

/**
 * How many bytes a load or a store moves, in the order of the CPU. A load clears the register's upper bits. Offsets are in
 * bytes, -32768 to 32767.
 */
public enum Width {
    /** 8 bits. */
    BYTE(0x10, "u8"),
    /** 16 bits. */
    HALF(0x08, "u16"),
    /** 32 bits. */
    WORD(0x00, "u32"),
    /** 64 bits. */
    DWORD(0x18, "u64");

    private static final int MEM_LDX = 0x61;
    private static final int MEM_ST = 0x62;
    private static final int MEM_STX = 0x63;

    private final int code;
    private final String text;

    Width(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** {@code to = *(base + offset)}. */
    public Instruction load(Register to, Register base, int offset) {
        return Instruction.of(MEM_LDX | code, to, base, offset, 0);
    }

    /** {@code *(base + offset) = from}. */
    public Instruction store(Register base, int offset, Register from) {
        return Instruction.of(MEM_STX | code, base, from, offset, 0);
    }

    /** {@code *(base + offset) = value}; a {@link #DWORD} stores the value with its sign extended. */
    public Instruction storeImm(Register base, int offset, int value) {
        return Instruction.of(MEM_ST | code, base, Register.R0, offset, value);
    }

    static Width ofOpcode(int opcode) {
        for (Width width : values()) {
            if ((opcode & 0x18) == width.code) {
                return width;
            }
        }
        throw new IllegalArgumentException("opcode " + opcode);
    }

    @Override
    public String toString() {
        return text;
    }
}
