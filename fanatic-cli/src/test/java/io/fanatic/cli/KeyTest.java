package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyTest {
    @TempDir
    Path directory;

    @Test
    void aPreSharedKeyIsRandomNobodyElsesAndNotOverwritten() throws IOException {
        Path file = directory.resolve("key");
        fanatic("key psk " + file).done();
        assertThat(Files.readString(file)).matches("[0-9a-f]{64}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        fanatic("key psk " + file).refused(ExitCode.FAILED, "cannot make " + file, "it exists already");
        fanatic("key psk " + directory + "/another").done();
        assertThat(Files.readString(directory.resolve("another"))).isNotEqualTo(Files.readString(file));
        fanatic("key psk " + directory + "/none/key").refused(ExitCode.FAILED, "there is no such file");
    }

    @Test
    void anAuthorityIssuesCertificatesForAddressesOfItsUnderlay() throws IOException {
        String ca = directory + "/ca";
        fanatic("key authority " + ca + " -u 10.0.0.0/16 --days 20").done();
        fanatic("key authority " + ca + " -u 10.0.0.0/16").refused(ExitCode.FAILED, "cannot make " + ca, "exists");
        Path file = directory.resolve("h.pem");
        assertThat(fanatic("key host 10.0.0.8 10.0.0.9 --authority " + ca + " -o " + file)
                        .done())
                .startsWith(file + " is valid until 20");
        assertThat(Files.readString(file)).contains("BEGIN PRIVATE KEY", "BEGIN CERTIFICATE");
        String again = Files.readString(file);
        fanatic("key host 10.0.0.8 --authority " + ca + " -o " + file).refused(ExitCode.FAILED, "it exists already");
        assertThat(Files.readString(file)).isEqualTo(again);
    }

    @Test
    void whatWasIssuedForAnAddressIsRevoked() throws IOException {
        String ca = directory + "/ca";
        fanatic("key authority " + ca + " -u 10.0.0.0/16").done();
        fanatic("key host 10.0.0.8 10.0.0.9 --authority " + ca + " -o " + directory + "/old.pem")
                .done();
        fanatic("key host 10.0.0.7 --authority " + ca + " -o " + directory + "/other.pem")
                .done();
        fanatic("key revoke 10.0.0.1 --authority " + ca)
                .refused(ExitCode.FAILED, "it has issued no certificate for 10.0.0.1 that is not revoked");
        assertThat(directory.resolve("ca/authority.crl")).doesNotExist();
        assertThat(fanatic("key revoke 10.0.0.9 --authority " + ca).done())
                .startsWith(ca + "/authority.crl is the list of all that is revoked");
        fanatic("key revoke 10.0.0.8 --authority " + ca).refused(ExitCode.FAILED, "that is not revoked");
        String list = Files.readString(directory.resolve("ca/authority.crl"));
        assertThat(list).startsWith("-----BEGIN X509 CRL-----\n");
        fanatic("key host 10.0.0.8 --authority " + ca + " -o " + directory + "/new.pem")
                .done();
        assertThat(Files.readString(directory.resolve("new.pem"))).endsWith(list);
        // The second list has the first's, too.
        fanatic("key revoke 10.0.0.7 --authority " + ca).done();
        assertThat(Files.readAllLines(directory.resolve("ca/index.txt")))
                .extracting(line -> line.substring(0, 1))
                .containsExactly("R", "R", "V");
    }

    @Test
    void anAuthorityWhoseCertificateCannotBeWrittenLeavesNoPrivateKey() throws IOException {
        Path ca = directory.resolve("ca");
        Files.createDirectory(ca);
        Path certificate = Files.createSymbolicLink(ca.resolve("authority.pem"), Path.of("nowhere"));
        fanatic("key authority " + ca + " -u 10.0.0.0/16").refused(ExitCode.FAILED, "cannot make " + ca);
        assertThat(ca.resolve("authority.key")).doesNotExist();
        Files.delete(certificate);
        fanatic("key authority " + ca + " -u 10.0.0.0/16").done();
    }

    @Test
    void whatCannotBeMadeIsRefused() {
        String ca = directory + "/ca";
        String file = " -o " + directory + "/h.pem";
        fanatic("key host 10.0.0.8 --authority " + ca + file).refused(ExitCode.FAILED, "there is no such file");
        fanatic("key authority " + ca + " -u 10.0.0.0/16").done();
        fanatic("key host 10.9.0.8 --authority " + ca + file).refused(ExitCode.FAILED, "10.0.0.0-10.0.255.255");
        fanatic("key host nonsense --authority " + ca + file).refused(ExitCode.USAGE, "nonsense");
        fanatic("key host 10.0.0.8 --authority " + ca + file + " --days 0").refused(ExitCode.USAGE, "--days");
        fanatic("key authority " + directory + "/b -u 10.0.0.0/16 --days 36501").refused(ExitCode.USAGE, "--days");
        assertThat(directory.resolve("h.pem")).doesNotExist();
        assertThat(directory.resolve("b")).doesNotExist();
    }
}
