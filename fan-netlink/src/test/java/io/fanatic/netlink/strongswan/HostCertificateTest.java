package io.fanatic.netlink.strongswan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that openssl makes for {@link Authority}, and others, each with one fault. */
class HostCertificateTest {
    private static final Ipv4Address HOST = Ipv4Address.parse("10.0.0.8");

    @TempDir
    Path directory;

    private Path authority;
    private Path file;

    @BeforeEach
    void anAuthorityAndAHost() throws IOException {
        authority = directory.resolve("authority");
        Authority.create(authority, Ipv4Prefix.parse("10.0.0.0/16"), 300);
        file = issue(HOST);
    }

    private Path issue(Ipv4Address... addresses) throws IOException {
        Path made = directory.resolve(addresses[0] + "-" + addresses.length + ".pem");
        Authority.issue(authority, List.of(addresses), 100, made);
        return made;
    }

    private static HostCertificate read(Path file) throws IOException {
        return HostCertificate.read(file, List.of(HOST), Instant.now());
    }

    private void refused(String why, String text) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class).hasMessageContaining(why);
    }

    private static String block(Path file, String type) throws IOException {
        for (Pem block : Pem.all(Files.readString(file))) {
            if (block.type().equals(type)) {
                return block.text();
            }
        }
        throw new AssertionError(type);
    }

    @Test
    void aFileThatTheAuthorityMadeIsForItsAddressAndForNoOther() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(authority)))
                .isEqualTo("rwx------");
        HostCertificate certificate = read(file);
        assertThat(certificate.authorities()).hasSize(1);
        assertThat(certificate.until().orElseThrow())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(99)), Instant.now().plus(Duration.ofDays(101)));
        assertThat(certificate.toString()).doesNotContain(HostCertificate.privateKey(file));
        assertThatThrownBy(
                        () -> HostCertificate.read(file, List.of(HOST, Ipv4Address.parse("10.0.0.9")), Instant.now()))
                .hasMessageContaining("its certificate is for 10.0.0.8, and this host is 10.0.0.9");
        assertThatThrownBy(() -> issue(HOST)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> Authority.create(authority, Ipv4Prefix.parse("10.0.0.0/16"), 1))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    /** Which openssl writes as a prefix and as a range. */
    @Test
    void severalAddressesOfAHostAreInOneCertificate() throws IOException {
        List<Ipv4Address> three = List.of(HOST, HOST.plus(1), HOST.plus(2));
        Path two = issue(HOST, HOST.plus(1));
        Path range = issue(HOST, HOST.plus(1), HOST.plus(2));
        HostCertificate.read(two, three.subList(0, 2), Instant.now());
        HostCertificate.read(range, three, Instant.now());
        for (int outside : new int[] {-1, 2}) {
            assertThatThrownBy(() -> HostCertificate.read(two, List.of(HOST.plus(outside)), Instant.now()))
                    .hasMessageContaining("is for 10.0.0.8-10.0.0.9, and");
        }
        for (int outside : new int[] {-1, 3}) {
            assertThatThrownBy(() -> HostCertificate.read(range, List.of(HOST.plus(outside)), Instant.now()))
                    .hasMessageContaining("is for 10.0.0.8-10.0.0.10, and");
        }
    }

    @Test
    void anAuthorityIssuesForItsOwnAddressesOnly() {
        Path outside = directory.resolve("outside.pem");
        assertThatThrownBy(() -> Authority.issue(authority, List.of(Ipv4Address.parse("10.1.0.1")), 1, outside))
                .hasMessageContaining("may issue certificates for 10.0.0.0-10.0.255.255");
        assertThat(outside).doesNotExist();
    }

    @Test
    void aCertificateIsValidFromItsFirstSecondToItsLast() throws IOException {
        Instant end = read(file).until().orElseThrow();
        HostCertificate.read(file, List.of(HOST), end);
        assertThatThrownBy(() -> HostCertificate.read(file, List.of(HOST), end.plusSeconds(1)))
                .hasMessageContainingAll("has expired at", "fanatic key");
        assertThatThrownBy(() ->
                        HostCertificate.read(file, List.of(HOST), Instant.now().minus(Duration.ofDays(1))))
                .hasMessageContainingAll("is valid from", "this host's clock");
        Path longer = directory.resolve("longer.pem");
        assertThat(Authority.issue(authority, List.of(HOST), 1000, longer))
                .as("no longer than its authority")
                .isBefore(Instant.now().plus(Duration.ofDays(301)));
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        String whole = Files.readString(file);
        String host = block(file, Pem.CERTIFICATE);
        String key = block(file, Pem.PRIVATE_KEY);
        String issuer = Files.readString(authority.resolve("authority.pem"));
        refused("no certificate of a host", "");
        refused("no certificate of a host", key + issuer);
        refused("no private key", host + issuer);
        refused("no certificate of an authority", host + key);
        refused("2 certificates of hosts", whole + host);
        refused("has no end", whole.substring(0, whole.length() - 30));
        refused("cannot be read", whole.replace(issuer, new Pem(Pem.CERTIFICATE, "AAAA").text()));
        refused("is not base64", whole.replace(issuer, new Pem(Pem.CERTIFICATE, "=").text()));
        refused("openssl pkcs8", whole.replace("PRIVATE KEY", "EC PRIVATE KEY"));
        Files.writeString(file, issuer + "a comment\n" + key + host);
        assertThat(read(file).until().orElseThrow()).isAfter(Instant.now());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> read(file)).hasMessageContaining("chmod 600 " + file);
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() throws IOException {
        Path other = directory.resolve("other");
        Authority.create(other, Ipv4Prefix.parse("10.0.0.0/16"), 300);
        String whole = Files.readString(file);
        String issuer = Files.readString(authority.resolve("authority.pem"));
        String stranger = Files.readString(other.resolve("authority.pem"));
        String key = block(file, Pem.PRIVATE_KEY);
        refused("is issued by none of the authorities in it", whole.replace(issuer, stranger));
        refused(
                "private key is not that of its certificate",
                whole.replace(key, block(issue(HOST, HOST.plus(1)), Pem.PRIVATE_KEY)));
        Files.writeString(file, whole + stranger);
        assertThat(read(file).authorities()).hasSize(2);
    }

    @Test
    void aCertificateWithoutAnAddressIsForNone() throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout key -out ca -days 9 -subj /CN=any");
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout hostkey -out host -days 9 -subj /CN=host -CA ca -CAkey key"
                + " -addext basicConstraints=critical,CA:FALSE");
        String whole = Files.readString(directory.resolve("host"))
                + Files.readString(directory.resolve("hostkey"))
                + Files.readString(directory.resolve("ca"));
        refused("its certificate is for no address (RFC 3779)", whole);
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout hostkey -out host -days 9 -subj /CN=host -CA ca -CAkey key"
                + " -addext basicConstraints=critical,CA:FALSE -addext sbgp-ipAddrBlock=critical,IPv4:10.0.0.8/32");
        refused(
                "may issue certificates for no address (RFC 3779)",
                Files.readString(directory.resolve("host"))
                        + Files.readString(directory.resolve("hostkey"))
                        + Files.readString(directory.resolve("ca")));
    }

    @Test
    void anAddressBlockThatIsCutOffIsNoBlock() throws Exception {
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(block(file, Pem.CERTIFICATE).getBytes(StandardCharsets.US_ASCII)));
        byte[] extension = certificate.getExtensionValue("1.3.6.1.5.5.7.1.7");
        for (int length = 0; length < extension.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(extension, length);
            assertThatThrownBy(() -> new Der(cut).content(Der.OCTET_STRING)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> new Der(new byte[] {4, (byte) 0x84, -1, -1, -1, -1}).content())
                .isInstanceOf(IOException.class);
    }

    private void openssl(String words) throws Exception {
        Process process = new ProcessBuilder(("openssl " + words).split(" "))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
