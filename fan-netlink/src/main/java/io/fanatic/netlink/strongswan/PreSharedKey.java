package io.fanatic.netlink.strongswan;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A pre-shared key, the same on every host of a fan.
 *
 * @param key without the blanks and ends of lines around it
 */
public record PreSharedKey(String key) implements Credentials {
    /** Who records the start of IKE can try all short keys; so many characters of hexadecimal digits have 128 bits. */
    private static final int MIN_LENGTH = 32;

    private static final int MAX_LENGTH = 1024;

    /**
     * {@return the key in a file}
     *
     * @param file 32 to 1024 printable characters of ASCII
     * @throws IOException when it is anything else, cannot be read, or others than its owner may read it
     */
    static PreSharedKey read(Path file) throws IOException {
        String key = Credentials.secret(file, MAX_LENGTH).strip();
        boolean printable = key.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (key.length() < MIN_LENGTH || !printable) {
            throw new IOException("a key has at least " + MIN_LENGTH
                    + " printable characters without blanks, as openssl rand -hex 32 makes it");
        }
        return new PreSharedKey(key);
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
