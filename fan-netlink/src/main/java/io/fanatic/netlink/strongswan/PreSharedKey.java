package io.fanatic.netlink.strongswan;

import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A pre-shared key in a file. */
public final class PreSharedKey {
    /** Who records the start of IKE can try all short keys; so many characters of hexadecimal digits have 128 bits. */
    private static final int MIN_LENGTH = 32;

    private static final int MAX_LENGTH = 1024;

    private PreSharedKey() {}

    /**
     * {@return the key, without the blanks and ends of lines around it}
     *
     * @param file 32 to 1024 printable characters of ASCII
     * @throws IOException when it is anything else, cannot be read, or others than its owner may read it
     */
    public static String read(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException("others than its owner may read it; run chmod 600 " + file);
        }
        String key = new String(DurableFile.read(file, MAX_LENGTH), StandardCharsets.US_ASCII).strip();
        boolean printable = key.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (key.length() < MIN_LENGTH || !printable) {
            throw new IOException("a key has at least " + MIN_LENGTH
                    + " printable characters without blanks, as openssl rand -hex 32 makes it");
        }
        return key;
    }
}
