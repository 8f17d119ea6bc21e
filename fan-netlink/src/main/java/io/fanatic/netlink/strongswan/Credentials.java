package io.fanatic.netlink.strongswan;

import io.fanatic.core.DurableFile;
import io.fanatic.core.Encryption;
import io.fanatic.core.Ipv4Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a host proves with who it is. */
public sealed interface Credentials permits PreSharedKey, HostCertificate {
    /**
     * Reads and checks a file.
     *
     * @param how the method and its file
     * @param own underlay addresses of this host, which a certificate has to be for
     * @return what is in the file
     * @throws IOException when it cannot be read, others than its owner may read it, or it is not what it has to be; the message says what
     *     and what to do
     */
    static Credentials read(Encryption how, List<Ipv4Address> own) throws IOException {
        Path file = Path.of(how.file());
        return switch (how.method()) {
            case PSK -> PreSharedKey.read(file);
            case CERTIFICATE -> HostCertificate.read(file, own, Instant.now());
        };
    }

    /** {@return when they expire; empty when they do not} */
    Optional<Instant> until();

    /** {@return the text of a file that nobody but its owner may read} */
    static String secret(Path file, int maxLength) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException("others than its owner may read it; run chmod 600 " + file);
        }
        return new String(DurableFile.read(file, maxLength), StandardCharsets.US_ASCII);
    }
}
