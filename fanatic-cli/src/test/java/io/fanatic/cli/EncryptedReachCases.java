package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachSpec;
import io.fanatic.netlink.strongswan.Authority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That {@code fanatic test host} and {@code doctor --peer} name why hosts of an encrypted fan do not reach each other, each cause made. */
class EncryptedReachCases extends EncryptedLab {

    /** What is said of a host, asked from another. */
    private static String cause(LabHost from, LabHost to) {
        ReachSpec spec = ReachSpec.DEFAULT.withPings(2).withoutData().withThroughput(Optional.empty());
        try (Reach reach = Reach.from(from.namespace())) {
            PeerReport report = reach.test(to.underlayAddress(), spec);
            return report.explanation()
                    .map(why -> why.code() + ": " + why.sentence())
                    .orElse(report.ok() ? "ok" : "no cause: " + report);
        }
    }

    @Test
    void theCauseIsNamedOfAPreSharedKey() throws Exception {
        startDaemon(h1);
        startDaemon(h2);
        ENCRYPTED.up(h1);
        assertThat(cause(h1, h2)).startsWith("peer-not-encrypted: strongSwan of " + h2.underlayAddress() + " answers");
        assertThat(fanatic(h1, "doctor --peer " + h2.underlayAddress()).out().replaceAll("\\s+", " "))
                .contains("peer-not-encrypted", "has nothing of an encrypted fan with this host");

        key(h2, KEY.replace('6', '7'));
        ENCRYPTED.up(h2);
        assertThat(cause(h1, h2)).startsWith("wrong-key: " + h2.underlayAddress());
        key(h2, KEY);
        ENCRYPTED.up(h2);
        assertThat(cause(h1, h2)).matches("(ok|keys-only-now: .*)");
        assertThat(cause(h1, h2)).isEqualTo("ok");
        assertThat(cause(h2, h1)).isEqualTo("ok");

        outside("tc filter add dev h1 egress protocol ip pref 9 flower ip_proto 32 action drop");
        assertThat(cause(h1, h2)).startsWith("esp-filtered: this host and " + h2.underlayAddress());
        outside("tc filter del dev h1 egress pref 9");
        assertThat(cause(h1, h2)).isEqualTo("ok");

        stopDaemon(h2, "TERM");
        assertThat(cause(h1, h2)).startsWith("no-ike-answer: " + h2.underlayAddress());
        startDaemon(h2);
        PLAIN.up(h2);
        // As hosts without nftables, which answer whoever asks by a packet with a forged source.
        sh(h2, "nft delete table ip fanatic-tunnel 2>/dev/null || :");
        sh(h1, "nft delete table ip fanatic-tunnel 2>/dev/null || :");
        assertThat(cause(h1, h2)).startsWith("peer-clear-text: the fan of " + h2.underlayAddress());
        assertThat(cause(h2, h1)).startsWith("peer-encrypted: the fan of " + h1.underlayAddress());
    }

    @Test
    void theCauseIsNamedOfCertificates(@TempDir Path directory) throws Exception {
        Path authority = directory.resolve("authority");
        Path other = directory.resolve("other");
        Authority.create(authority, FAN.underlay(), 90);
        Authority.create(other, FAN.underlay(), 90);
        startDaemon(h1);
        startDaemon(h2);
        certificate(h1, authority, h1.underlayAddress().toString(), directory);
        Path theirs = certificate(h2, other, h2.underlayAddress().toString(), directory);
        lab.fanUp(WITH_CERTIFICATES);
        assertThat(cause(h1, h2))
                .startsWith("wrong-certificate: " + h2.underlayAddress()
                        + " does not believe the certificate of this host");
        Files.writeString(theirs, Files.readString(theirs) + Files.readString(authority.resolve("authority.pem")));
        sh(h2, "cp " + theirs + " /etc/host.pem");
        WITH_CERTIFICATES.up(h2);
        assertThat(cause(h1, h2))
                .startsWith("wrong-certificate: this host does not believe the certificate of " + h2.underlayAddress());
        assertThat(counted(CLEAR)).isZero();
    }
}
