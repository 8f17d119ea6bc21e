package io.fanatic.cli.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A program that does nothing for ever, in 130 bytes: what a test container runs, so that it lives whatever its image has or
 * lacks. An image may have no shell and no sleep, and one that has a program may have one that ends.
 *
 * <pre>
 *   again: mov eax, 34 (pause)   b8 22 00 00 00
 *          syscall               0f 05
 *          jmp again             eb f7
 * </pre>
 */
public final class PauseProgram {
    private static final int ELF_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final long LOADED_AT = 0x400000;
    private static final int EM_X86_64 = 62;

    private static final byte[] X86_64 = {(byte) 0xb8, 34, 0, 0, 0, 0x0f, 0x05, (byte) 0xeb, (byte) 0xf7};

    private PauseProgram() {}

    /** For this machine's processor; empty for one that nobody has tried. */
    public static Optional<byte[]> forThisMachine() {
        return System.getProperty("os.arch", "").equals("amd64") ? Optional.of(elf(X86_64)) : Optional.empty();
    }

    /** An ELF file (elf(5)) of one segment. */
    private static byte[] elf(byte[] code) {
        int start = ELF_HEADER + PROGRAM_HEADER;
        int length = start + code.length;
        ByteBuffer file = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        // 64 bits, little-endian, version 1, System V.
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        file.putShort((short) 2).putShort((short) EM_X86_64).putInt(1);
        file.putLong(LOADED_AT + start).putLong(ELF_HEADER).putLong(0).putInt(0);
        file.putShort((short) ELF_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 1);
        file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        // PT_LOAD, readable and executable, the whole file.
        file.putInt(1).putInt(5).putLong(0).putLong(LOADED_AT).putLong(LOADED_AT);
        file.putLong(length).putLong(length).putLong(0x1000);
        file.put(code);
        return file.array();
    }
}
