package io.fanatic.cli.container;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A tar archive (POSIX.1-1988 ustar) in memory. */
public final class TarFile {
    private static final int BLOCK = 512;
    private static final int CHECKSUM = 148;

    private TarFile() {}

    /** With one executable file in it. */
    public static byte[] ofProgram(String name, byte[] content) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        add(tar, name, "0000755", content);
        return end(tar);
    }

    /** @param contents of plain files, by name of at most 99 ASCII characters; only their owner may read them */
    public static byte[] of(Map<String, byte[]> contents) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        contents.forEach((name, content) -> add(tar, name, "0000600", content));
        return end(tar);
    }

    private static byte[] end(ByteArrayOutputStream tar) {
        tar.writeBytes(new byte[2 * BLOCK]);
        return tar.toByteArray();
    }

    private static void add(ByteArrayOutputStream tar, String name, String mode, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, mode);
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format("%011o", content.length));
        put(header, 136, "00000000000");
        // The checksum is summed up with blanks in its own place.
        put(header, CHECKSUM, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, CHECKSUM, String.format("%06o", sum));
        header[CHECKSUM + 6] = 0;
        tar.writeBytes(header);
        tar.writeBytes(content);
        tar.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
