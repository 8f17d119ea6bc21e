package io.fanatic.netlink.strongswan;

import io.fanatic.core.DurableFile;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes keys of encrypted fans: pre-shared ones, and certificates for underlay addresses with the authority that issues them, by openssl(1).
 *
 * <pre>
 *   DIR/authority.pem    its certificate; all that is in it is believed by the hosts
 *   DIR/authority.key    its private key, mode 0600
 *   DIR/authority.crl    the list of certificates that it has revoked; none where it has revoked none
 *   DIR/index.txt        what it has issued, and what of it is revoked: openssl's database
 * </pre>
 */
public final class Authority {
    private static final String CERTIFICATE = "authority.pem";
    private static final String KEY = "authority.key";
    private static final String REVOCATIONS = "authority.crl";
    private static final String INDEX = "index.txt";
    /** In the index: when a certificate ends, GeneralizedTime; and when it was revoked, for which openssl takes UTCTime only. */
    private static final DateTimeFormatter END =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter REVOKED =
            DateTimeFormatter.ofPattern("uuMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int MAX_LENGTH = 1 << 16;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private Authority() {}

    /**
     * Makes a pre-shared key of 256 bits.
     *
     * @param file which is made, mode 0600
     * @throws IOException when it exists, or cannot be written
     */
    public static void preSharedKey(Path file) throws IOException {
        write(file, random(32) + "\n");
    }

    /**
     * Makes an authority.
     *
     * @param directory where it is to be; made with mode 0700 where there is none
     * @param underlay the addresses that it may issue certificates for
     * @param days how long it is valid
     * @throws IOException when it cannot be made, or there is one
     */
    public static void create(Path directory, Ipv4Prefix underlay, int days) throws IOException {
        if (Files.exists(directory.resolve(CERTIFICATE))) {
            throw new FileAlreadyExistsException(directory.toString());
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        String text = openssl(
                days,
                "fan authority " + random(4),
                "basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\n"
                        + "sbgp-ipAddrBlock = critical,IPv4:" + underlay + "\n",
                List.of());
        write(directory.resolve(KEY), block(text, Pem.PRIVATE_KEY));
        try {
            write(directory.resolve(CERTIFICATE), block(text, Pem.CERTIFICATE));
        } catch (IOException e) {
            // A key without its certificate would be in the way of the next attempt.
            Files.delete(directory.resolve(KEY));
            throw e;
        }
    }

    /**
     * Issues a certificate for a host.
     *
     * @param directory of the authority
     * @param addresses the host's underlay addresses, at least one
     * @param days how long it is valid
     * @param file which is made, mode 0600: the certificate, its private key, and the authority's certificate
     * @return when the certificate expires
     * @throws IOException when the authority may not issue it, it cannot be made, or the file exists
     */
    public static Instant issue(Path directory, List<Ipv4Address> addresses, int days, Path file) throws IOException {
        Path key = directory.resolve(KEY);
        Path certificate = directory.resolve(CERTIFICATE);
        // Refused where others may read it.
        Credentials.secret(key, MAX_LENGTH);
        List<String> blocks = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Ipv4Address address : addresses) {
            blocks.add("IPv4:" + address + "/32");
            names.add("IP:" + address);
        }
        String text = openssl(
                days,
                "fan host " + addresses.get(0),
                "basicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\n"
                        + "authorityKeyIdentifier = keyid\nsubjectAltName = " + String.join(",", names) + "\n"
                        + "sbgp-ipAddrBlock = critical," + String.join(",", blocks) + "\n",
                List.of("-CA", certificate.toString(), "-CAkey", key.toString()));
        String whole = block(text, Pem.CERTIFICATE)
                + block(text, Pem.PRIVATE_KEY)
                + new String(Files.readAllBytes(certificate), StandardCharsets.US_ASCII);
        if (Files.exists(directory.resolve(REVOCATIONS))) {
            whole += Files.readString(directory.resolve(REVOCATIONS), StandardCharsets.US_ASCII);
        }
        HostCertificate made = HostCertificate.of(whole, file, addresses, Instant.now());
        // First the record: what is not known cannot be revoked.
        record(directory, made, addresses);
        write(file, whole);
        return made.until().orElseThrow();
    }

    private static void record(Path directory, HostCertificate made, List<Ipv4Address> addresses) throws IOException {
        X509Certificate certificate = HostCertificate.decode(made.certificate());
        String serial = HexFormat.of()
                .withUpperCase()
                .formatHex(certificate.getSerialNumber().toByteArray());
        List<String> words = new ArrayList<>();
        addresses.forEach(address -> words.add(address.toString()));
        Files.writeString(
                directory.resolve(INDEX),
                "V\t" + END.format(certificate.getNotAfter().toInstant()) + "\t\t" + serial + "\tunknown\t/CN="
                        + String.join(",", words) + "\n",
                StandardCharsets.US_ASCII,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /**
     * Revokes all certificates that were issued for an address so far.
     *
     * @param directory of the authority
     * @param address one of the host's
     * @return the list of all that are revoked, a file in PEM that hosts need
     * @throws IOException when there is none that is not revoked, or the list cannot be made
     */
    public static Path revoke(Path directory, Ipv4Address address) throws IOException {
        Credentials.secret(directory.resolve(KEY), MAX_LENGTH);
        Path index = directory.resolve(INDEX);
        List<String> lines = new ArrayList<>();
        boolean some = false;
        for (String line : Files.exists(index) ? Files.readAllLines(index) : List.<String>of()) {
            String[] columns = line.split("\t", -1);
            boolean its = columns.length == 6
                    && columns[0].equals("V")
                    && List.of(columns[5].replace("/CN=", "").split(",", -1)).contains(address.toString());
            if (its) {
                columns[0] = "R";
                columns[2] = REVOKED.format(Instant.now());
                some = true;
            }
            lines.add(String.join("\t", columns));
        }
        if (!some) {
            throw new IOException("it has issued no certificate for " + address + " that is not revoked");
        }
        String text = String.join("\n", lines) + "\n";
        Path list = directory.resolve(REVOCATIONS);
        // The index last: what fails is done again by the next attempt.
        DurableFile.replace(list, ascii(revocations(directory, text)));
        DurableFile.replace(index, ascii(text));
        return list;
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String revocations(Path directory, String index) throws IOException {
        Path work = Files.createTempDirectory("fanatic");
        try {
            Files.writeString(work.resolve(INDEX), index);
            Files.writeString(
                    work.resolve("settings"),
                    "[ca]\ndefault_ca = fan\n[fan]\ndatabase = " + work.resolve(INDEX)
                            + "\ndefault_md = sha384\nunique_subject = no\ncrl_extensions = extensions\n"
                            + "[extensions]\nauthorityKeyIdentifier = keyid\n");
            // Hosts get it by hand, so it does not expire before the authority.
            String text = run(List.of(
                    "ca",
                    "-config",
                    work.resolve("settings").toString(),
                    "-gencrl",
                    "-crldays",
                    "3650",
                    "-cert",
                    directory.resolve(CERTIFICATE).toString(),
                    "-keyfile",
                    directory.resolve(KEY).toString()));
            return block(text, Pem.REVOCATIONS);
        } finally {
            try (Stream<Path> files = Files.list(work)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(work);
        }
    }

    /** Makes a key and a certificate for it; on standard output, so that no file has the key but the last one. */
    private static String openssl(int days, String name, String extensions, List<String> issuer) throws IOException {
        Path settings = Files.createTempFile("fanatic", ".cnf");
        try {
            Files.writeString(
                    settings,
                    "[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = extensions\n[name]\nCN = " + name
                            + "\n[extensions]\nsubjectKeyIdentifier = hash\n" + extensions);
            List<String> command = new ArrayList<>(List.of(
                    "req",
                    "-x509",
                    "-config",
                    settings.toString(),
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-384",
                    "-nodes",
                    "-sha384",
                    "-days",
                    Integer.toString(days)));
            command.addAll(issuer);
            return run(command);
        } finally {
            Files.delete(settings);
        }
    }

    private static String run(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(arguments);
        command.add(
                0,
                Spawn.find("openssl")
                        .orElseThrow(() -> new IOException("there is no openssl; install the package openssl"))
                        .toString());
        Spawn.Output output = Spawn.capture(command, TIMEOUT);
        if (output.status() != 0) {
            String[] lines = output.text().split("\n", -1);
            throw new IOException(
                    "openssl (3.0 or later, with RFC 3779) could not make it: " + lines[lines.length - 1]);
        }
        return output.text();
    }

    private static String block(String text, String type) throws IOException {
        for (Pem block : Pem.all(text)) {
            if (block.type().equals(type)) {
                return block.text();
            }
        }
        throw new IOException("openssl did not print a " + type);
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(file, text, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
        } catch (IOException e) {
            Files.delete(file);
            throw e;
        }
    }
}
