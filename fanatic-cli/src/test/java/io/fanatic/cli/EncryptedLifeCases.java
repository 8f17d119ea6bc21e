package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.netlink.strongswan.Authority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of an encrypted fan over time, while checksummed TCP runs between its containers: keys that are made anew, daemons and hosts
 * that start again, clocks that are set, keys and certificates that are replaced on one host after the other.
 */
class EncryptedLifeCases extends EncryptedLab {
    private static final Duration WAIT = Duration.ofSeconds(90);

    /** Transfers one after the other, both ways, until it is closed; each has to be good. */
    private final class Traffic implements AutoCloseable {
        private final AtomicBoolean ends = new AtomicBoolean();
        private final List<Check> checks = new ArrayList<>();
        private final CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            try (Proof proof = new Proof(lab, WAIT, Progress.UNHEARD)) {
                while (!ends.get()) {
                    checks.addAll(proof.transfers(Selection.everything(lab).pairs(), 4 << 20));
                }
            }
        });

        /** The traffic of what is done while it is open has to be whole. */
        @Override
        public void close() {
            ends.set(true);
            running.join();
            assertThat(checks).isNotEmpty().allSatisfy(EncryptedLab::good);
        }
    }

    /**
     * What IPsec dropped on each host since it started, by the kernel's reasons: where there are no keys, or policies are missing. Not what the other
     * host sent with new keys before this one had read its answer, which no order of things here prevents (RFC 7296, 2.8).
     */
    private List<String> droppedForWantOfKeys() {
        return lab.hosts().stream()
                .map(host -> sh(host, "awk '$2 > 0 && $1 != \"XfrmAcquireError\"' /proc/net/xfrm_stat"))
                .toList();
    }

    /** With a key exchange of their own, which those do not have that are made with the proof of who a host is. */
    private void keysWereMadeInAnExchangeOfTheirOwn() {
        assertThat(sh(h1, "swanctl --list-sas 2>/dev/null | grep TRANSPORT").lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("/ECP_384"));
    }

    private void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + WAIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private String associations(LabHost host) {
        return sh(host, "ip xfrm state | sed -n 's/.*spi \\(0x[0-9a-f]*\\).*/\\1/p' | sort");
    }

    /** Does something to a host, and waits until it has other keys than before, and none of those. */
    private void replaced(LabHost host, String what, Runnable change) {
        List<String> before = associations(host).lines().toList();
        change.run();
        await(what, () -> {
            List<String> now = associations(host).lines().toList();
            return !now.isEmpty() && before.stream().noneMatch(now::contains);
        });
    }

    /** The IDs of what hosts made by IKE. */
    private List<String> established(LabHost host) {
        return sh(host, "swanctl --list-sas 2>/dev/null | sed -n 's/.*: #\\([0-9]*\\), ESTABLISHED.*/\\1/p'")
                .lines()
                .toList();
    }

    @Test
    void tcpGoesOnWhileKeysAreMadeAnewAndWhileStrongSwanStartsAgain() throws Exception {
        startDaemon(h1);
        startDaemon(h2);
        lab.fanUp(ENCRYPTED);
        everybodyReachesEverybody();
        try (Traffic traffic = new Traffic()) {
            for (LabHost host : lab.hosts()) {
                replaced(host, "keys of packets", () -> {
                    sh(host, "for c in out in; do swanctl --rekey --child $c; done 2>/dev/null; :");
                });
                for (String id : established(host)) {
                    sh(host, "swanctl --rekey --ike-id " + id + " 2>/dev/null; :");
                }
                replaced(host, "all keys, with a new proof of who the other is", () -> {
                    for (String id : established(host)) {
                        sh(host, "swanctl --rekey --reauth --ike-id " + id + " 2>/dev/null; :");
                    }
                });
            }
            sh(h1, "date -s '+3 hours' >/dev/null");
            everybodyReachesEverybody();
            sh(h1, "date -s '-3 hours' >/dev/null");
            everybodyReachesEverybody();

            stopDaemon(h1, "TERM");
            nobodyReachesAnybody();
            startDaemon(h1);
            ENCRYPTED.up(h1);
            everybodyReachesEverybody();
            stopDaemon(h2, "KILL");
            startDaemon(h2);
            ENCRYPTED.up(h2);
            everybodyReachesEverybody();
            assertThat(traffic.running).isNotDone();
        }
        assertThat(counted(CLEAR)).isZero();
    }

    @Test
    void aKeyIsReplacedHostByHostWithoutAGap() throws Exception {
        startDaemon(h1);
        startDaemon(h2);
        lab.fanUp(ENCRYPTED);
        everybodyReachesEverybody();
        String next = KEY.replace('6', '7');
        List<String> dropped = droppedForWantOfKeys();
        try (Traffic traffic = new Traffic()) {
            for (String keys : List.of(KEY + "\n" + next, next + "\n" + KEY, next)) {
                for (LabHost host : lab.hosts()) {
                    sh(host, "umask 077; printf '" + keys.replace("\n", "\\n") + "\\n' >/etc/fan.key");
                    replaced(host, "keys by " + keys.length(), () -> ENCRYPTED.up(host));
                }
            }
            assertThat(traffic.running).isNotDone();
        }
        assertThat(droppedForWantOfKeys()).isEqualTo(dropped);
        keysWereMadeInAnExchangeOfTheirOwn();
        key(h2, KEY);
        ENCRYPTED.up(h2);
        nobodyReachesAnybody();
        assertThat(counted(CLEAR)).isZero();
    }

    @Test
    void certificatesAreRenewedAndTheirAuthorityIsReplacedHostByHostWithoutAGap(@TempDir Path directory)
            throws Exception {
        Path old = directory.resolve("old");
        Path next = directory.resolve("next");
        Authority.create(old, FAN.underlay(), 90);
        Authority.create(next, FAN.underlay(), 90);
        for (LabHost host : lab.hosts()) {
            certificate(host, old, host.underlayAddress().toString(), directory);
            startDaemon(host);
        }
        lab.fanUp(WITH_CERTIFICATES);
        everybodyReachesEverybody();
        List<String> dropped = droppedForWantOfKeys();
        try (Traffic traffic = new Traffic()) {
            for (LabHost host : lab.hosts()) {
                String own = host.underlayAddress().toString();
                Path file = directory.resolve("renewed-" + own);
                Authority.issue(old, List.of(host.underlayAddress()), 90, file);
                sh(host, "cp " + file + " /etc/host.pem");
                replaced(host, "a renewed certificate", () -> WITH_CERTIFICATES.up(host));
            }
            for (LabHost host : lab.hosts()) {
                sh(host, "cat " + next.resolve("authority.pem") + " >>/etc/host.pem");
                replaced(host, "both authorities believed", () -> WITH_CERTIFICATES.up(host));
            }
            for (LabHost host : lab.hosts()) {
                certificate(host, next, host.underlayAddress().toString(), directory);
                sh(host, "cat " + old.resolve("authority.pem") + " >>/etc/host.pem");
                replaced(host, "a certificate of the next authority", () -> WITH_CERTIFICATES.up(host));
            }
            for (LabHost host : lab.hosts()) {
                sh(host, "cp " + directory.resolve("next-" + host.underlayAddress() + ".pem") + " /etc/host.pem");
                replaced(host, "the next authority alone believed", () -> WITH_CERTIFICATES.up(host));
            }
            assertThat(traffic.running).isNotDone();
        }
        assertThat(droppedForWantOfKeys()).isEqualTo(dropped);
        keysWereMadeInAnExchangeOfTheirOwn();
        assertThat(counted(CLEAR)).isZero();
    }

    @Test
    void aHostWhoseCertificateIsRevokedIsOutAtOnceAndInAgainWithANewOne(@TempDir Path directory) throws Exception {
        Path authority = directory.resolve("authority");
        Authority.create(authority, FAN.underlay(), 90);
        for (LabHost host : lab.hosts()) {
            certificate(host, authority, host.underlayAddress().toString(), directory);
            startDaemon(host);
        }
        lab.fanUp(WITH_CERTIFICATES);
        everybodyReachesEverybody();
        Path list = Authority.revoke(authority, h2.underlayAddress());
        sh(h1, "cat " + list + " >>/etc/host.pem");
        WITH_CERTIFICATES.up(h1);
        nobodyReachesAnybody();
        assertThat(sh(h1, "swanctl --list-sas 2>/dev/null")).doesNotContain("TRANSPORT");
        sh(h2, "cat " + list + " >>/etc/host.pem");
        fanctl(h2, UP_CERTIFICATE).refused(ExitCode.USAGE, "is revoked; have a new one made by fanatic key host");
        Path next = directory.resolve("next.pem");
        Authority.issue(authority, List.of(h2.underlayAddress()), 90, next);
        sh(h2, "cp " + next + " /etc/host.pem");
        WITH_CERTIFICATES.up(h2);
        everybodyReachesEverybody();
        assertThat(counted(CLEAR)).isZero();
    }

    @Test
    void hostsThatStartAtOnceAndHostsThatCameBackFromACrashAreReached() throws Exception {
        // Else the other host is taken for dead after 165 s.
        sh(
                h1,
                "printf 'charon-systemd {\\n retransmit_tries = 1\\n retransmit_timeout = 1.0\\n}\\n'"
                        + " >/etc/strongswan.d/retransmit.conf");
        CompletableFuture.allOf(
                        CompletableFuture.runAsync(() -> startDaemon(h1)),
                        CompletableFuture.runAsync(() -> startDaemon(h2)))
                .join();
        lab.fanUp(ENCRYPTED);
        // Both begin at the same moment.
        CompletableFuture<ExecResult> one = CompletableFuture.supplyAsync(() -> firstPing(0));
        assertThat(firstPing(1).exitCode()).isZero();
        assertThat(one.join().exitCode()).isZero();
        everybodyReachesEverybody();

        crashAndComeBack(h2, lab.containers().get(1));
        // h1 sends with keys that h2 does not have any more, until it finds out.
        assertThat(lab.exec(lab.containers().get(0), pings(1, 180)).exitCode()).isZero();
        everybodyReachesEverybody();
        crashAndComeBack(h2, lab.containers().get(1));
        assertThat(firstPing(1).exitCode()).as("h2 begins").isZero();
        everybodyReachesEverybody();
        assertThat(counted(CLEAR)).isZero();
    }

    private ExecResult firstPing(int from) {
        return lab.exec(lab.containers().get(from), pings(1 - from, 60));
    }

    private List<String> pings(int to, int times) {
        return List.of(
                "sh",
                "-c",
                "for i in $(seq " + times + "); do ping -q -c 1 -W 1 "
                        + lab.containers().get(to).address() + " >/dev/null && exit 0; done; exit 1");
    }

    /** As when the power fails: nobody tells the other hosts. */
    private void crashAndComeBack(LabHost host, LabContainer container) {
        lab.detach(container);
        stopDaemon(host, "KILL");
        sh(
                host,
                "ip link del fan-250; ip link del vxlan-250; ip xfrm state flush; ip xfrm policy flush; rm -r /run/fanatic");
        startDaemon(host);
        ENCRYPTED.up(host);
        lab.attach(container);
    }
}
