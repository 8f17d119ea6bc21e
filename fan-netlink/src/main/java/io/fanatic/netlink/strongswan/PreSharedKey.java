package io.fanatic.netlink.strongswan;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Pre-shared keys, the same on every host of a fan: one, or two and more while one takes the place of another.
 *
 * @param keys at least one; this host proves who it is with the first, and takes all from others
 */
public record PreSharedKey(List<String> keys) implements Credentials {
    /** Who records the start of IKE can try all short keys; so many characters of hexadecimal digits have 128 bits. */
    private static final int MIN_LENGTH = 32;

    private static final int MAX_LENGTH = 1024;

    /**
     * {@return the keys in a file}
     *
     * @param file at most 1024 bytes: a key in a line, each at least 32 printable characters of ASCII
     * @throws IOException when it is anything else, cannot be read, or others than its owner may read it
     */
    static PreSharedKey read(Path file) throws IOException {
        List<String> keys = Credentials.secret(file, MAX_LENGTH).strip().lines().toList();
        for (String key : keys) {
            boolean printable = key.chars().allMatch(c -> c > ' ' && c < 0x7f);
            if (key.length() < MIN_LENGTH || !printable) {
                throw new IOException("a key has at least " + MIN_LENGTH
                        + " printable characters without blanks, as openssl rand -hex 32 makes it");
            }
        }
        if (keys.isEmpty()) {
            throw new IOException("it has no key; make one by fanatic key psk");
        }
        return new PreSharedKey(keys);
    }

    @Override
    public Optional<Instant> until() {
        return Optional.empty();
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "a pre-shared key";
    }
}
