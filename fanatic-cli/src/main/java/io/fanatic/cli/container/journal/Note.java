package io.fanatic.cli.container.journal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What was there before a change of ours, and what we put in its place.
 *
 * @param subject what is changed: {@code Docker network fan-250}, or a file's path
 * @param fan whom it is for: {@code fan-250 250.0.45.0/24 250.0.0.0/8 10.0.0.45/16}; earlier versions wrote only the first two
 * @param previous what was there; empty when nothing was
 * @param wrote checksum of what we wrote, see {@link #checksum}
 * @param data where the engine keeps its data, if that is of use while it does not run
 */
public record Note(String subject, String fan, Optional<Previous> previous, String wrote, Optional<String> data) {

    public Note(String subject, String fan, Optional<Previous> previous, String wrote) {
        this(subject, fan, previous, wrote, Optional.empty());
    }

    /**
     * A file as it was.
     *
     * @param content its bytes
     * @param mode its permissions: {@code rw-r--r--}
     */
    public record Previous(byte[] content, String mode) {

        public Previous {
            content = content.clone();
        }

        @Override
        public byte[] content() {
            return content.clone();
        }
    }

    /** A note about something that was not there before. */
    public static Note ofNew(String subject, String fan, String wrote) {
        return new Note(subject, fan, Optional.empty(), checksum(wrote.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether this is what we wrote. */
    public boolean wrote(byte[] content) {
        return wrote.equals(checksum(content));
    }

    /** Whether this is what we wrote. */
    public boolean wrote(String content) {
        return wrote(content.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code sha256:} and 64 hexadecimal digits. */
    public static String checksum(byte[] content) {
        return "sha256:" + sha256(content);
    }

    /** In hexadecimal digits. */
    public static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
