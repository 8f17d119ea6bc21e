package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.Outsider;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.Counter;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanException;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.proof.NodePair;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.strongswan.Authority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Encrypted fans on kernels that have ESP, with the real strongSwan of Debian and its plugin bypass-lan, which lets what is for connected
 * networks pass in clear; run by scripts/test-kernels. On each cable the kernel counts what passes: clear text of the fan, and ESP.
 */
class EncryptedFanCases extends EncryptedLab {
    /** What h1's strongSwan says, which charon-systemd would tell the journal. */
    private static final String LOG = "/var/log/charon-h1.log";

    @Test
    void nothingOfAFanTravelsAsClearTextAsLongAsItIsEncrypted() throws Exception {
        PLAIN.up(h1);
        PLAIN.up(h2);
        lab.attachAll();
        everybodyReachesEverybody();
        assertThat(counted(CLEAR)).as("that clear text is counted").isGreaterThan(100);
        lab.containers().forEach(lab::detach);
        lab.fanDown(PLAIN);
        HostSnapshot before = lab.snapshot(h1);
        long clear = counted(CLEAR);

        fanctl(h1, UP).refused(ExitCode.KERNEL, "strongSwan does not answer at /run/charon.vici");
        startDaemon(h1);
        startDaemon(h2);
        HostSnapshot running = lab.snapshot(h1);
        sh(h1, "chmod 644 /etc/fan.key");
        fanctl(h1, UP).refused(ExitCode.USAGE, "chmod 600 /etc/fan.key");
        sh(h1, "chmod 600 /etc/fan.key");
        assertThat(fanctl(h1, UP + " --dry-run").out())
                .contains(
                        "would block clear text out to 10.0.0.0/16 port 8472", "would have strongSwan encrypt fan-250");
        assertThat(running.changesTo(lab.snapshot(h1))).isEmpty();
        lab.fanUp(ENCRYPTED);
        assertThat(fanctl(h1, "show").done()).contains("encrypts packets between hosts", "psk:/etc/fan.key");
        assertThat(fanctl(h1, "show --json").done())
                .contains("\"encrypt\": \"psk:/etc/fan.key\"")
                .doesNotContain(KEY);
        assertThat(fanctl(h1, UP).out()).contains("nothing to do");
        assertThat(FanNetwork.onThisHost().in(h1.namespace()).list().get(0).mtu())
                .isEqualTo(1416);
        everybodyReachesEverybody();
        assertThat(counted(ESP)).isGreaterThan(100);
        assertThat(sh(h1, "swanctl --list-sas")).contains("AES_GCM_16-256", "TRANSPORT");
        assertThat(fanctl(h1, "show --stats").done())
                .contains("fan-250 has keys with 1 host:")
                .containsPattern(h2.underlayAddress()
                        + " +AES-256-GCM, the latest \\d+ (s|min) old; .* [1-9][\\d,]* packets sent,");
        assertThat(fanctl(h1, "show --stats --json").done())
                .contains("\"underlay\": \"" + h2.underlayAddress() + "\"", "\"algorithm\": \"AES-256-GCM\"");
        assertThat(fanctl(h1, "show --prometheus").done()).contains("fanatic_encrypted_peers{fan=\"fan-250\"} 1\n");

        assertThat(doctor(h1)).doesNotContain("encryption");
        stopDaemon(h1, "TERM");
        nobodyReachesAnybody();
        assertThat(doctor(h1))
                .contains(
                        "encryption",
                        "Nothing of the fan passes, as strongSwan does not encrypt it",
                        "systemctl start strongswan");
        startDaemon(h1);
        assertThat(doctor(h1)).contains("encryption", "StrongSwan does not have what the encrypted fan needs");
        ENCRYPTED.up(h1);
        everybodyReachesEverybody();
        stopDaemon(h2, "KILL");
        stopDaemon(h1, "TERM");
        nobodyReachesAnybody();
        sh(h2, "ip xfrm state flush");
        refusedWithoutDaemon(h2);
        startDaemon(h2);
        startDaemon(h1);
        ENCRYPTED.up(h1);
        ENCRYPTED.up(h2);
        everybodyReachesEverybody();

        lab.containers().forEach(lab::detach);
        // Those so far are about IKE, for a host without a daemon.
        long errors = counted(ICMP);
        // What is on its way to a host whose fan goes, or comes again, is not answered with a part of it in clear.
        sh(h2, "setsid ping -q -i 0.002 250.0.1.1 >/dev/null 2>&1 </dev/null & echo $! >/run/ping.test");
        for (int i = 0; i < 3; i++) {
            sh(h2, "for i in $(seq 120); do ping -q -c 1 -W 0.5 250.0.1.1 >/dev/null && exit 0; done; exit 1");
            ENCRYPTED.down(h1);
            ENCRYPTED.up(h1);
        }
        sh(h2, "kill $(cat /run/ping.test)");
        lab.fanDown(ENCRYPTED);
        assertThat(counted(CLEAR)).isEqualTo(clear);
        assertThat(counted(ICMP)).isEqualTo(errors);
        stopDaemon(h1, "TERM");
        sh(h1, "rm -f /run/charon.* /run/load.log");
        assertThat(before.changesTo(lab.snapshot(h1))).isEmpty();
        assertThat(sh(h1, "ip xfrm policy; ip xfrm state; ls /etc/swanctl/conf.d"))
                .isEmpty();
    }

    @Test
    void noPlainPacketOnTheSegmentSpeaksForAContainer() throws Exception {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES_FIB), "this kernel has no nftables");
        startDaemon(h1);
        startDaemon(h2);
        lab.fanUp(ENCRYPTED);
        everybodyReachesEverybody();
        List<Ipv4Address> sources = List.of(
                lab.containers().get(lab.containers().size() - 1).address(),
                h2.address(),
                h1.address().plus(90));
        Outsider.isNotBelieved(h2, "eth0", h1, lab.containers().get(0), sources, this::sh);
        ENCRYPTED.up(h1);
        everybodyReachesEverybody();
        lab.containers().forEach(lab::detach);
        lab.fanDown(ENCRYPTED);
        stopDaemon(h1, "TERM");
        stopDaemon(h2, "TERM");
    }

    /** IPv6 travels through the same tunnel. */
    @Test
    void ipv6IsEncryptedWithTheRest() throws Exception {
        startDaemon(h1);
        startDaemon(h2);
        FanControl dual = new EmbeddedFan(FanOptions.DEFAULT
                .withNat(false)
                .withOverlay6(Ipv6Prefix.parse("fd00:fa::/48"))
                .withEncryption(Encryption.parse("psk:/etc/fan.key")));
        lab.fanUp(dual);
        everybodyReachesEverybody();
        long encrypted = counted(ESP);
        try (Proof proof = new Proof(lab, Duration.ofSeconds(20), Progress.UNHEARD)) {
            List<NodePair> pairs = Proof.byIpv6(Selection.everything(lab).pairs());
            assertThat(pairs).hasSize(12);
            assertThat(proof.pings(pairs)).allSatisfy(EncryptedLab::good);
            assertThat(proof.transfers(pairs, 1 << 20)).allSatisfy(EncryptedLab::good);
        }
        assertThat(counted(ESP) - encrypted).isGreaterThan(1000);
        assertThat(counted(CLEAR)).isZero();
        lab.containers().forEach(lab::detach);
        lab.fanDown(dual);
        stopDaemon(h1, "TERM");
        stopDaemon(h2, "TERM");
    }

    private static void refusedWithoutDaemon(LabHost host) {
        assertThatThrownBy(() -> ENCRYPTED.up(host))
                .isInstanceOfSatisfying(
                        FanException.class, e -> assertThat(e.reason()).isEqualTo(FanException.Reason.UNSUPPORTED))
                .hasMessageContaining("systemctl start strongswan");
    }

    @Test
    void hostsWithoutTheKeyOrWithoutEncryptionReachNobodyAndHearNothingInClear() throws Exception {
        startDaemon(h1);
        startDaemon(h2);
        key(h2, KEY.replace('6', '7'));
        lab.fanUp(ENCRYPTED);
        nobodyReachesAnybody();
        assertThat(counted(CLEAR)).isZero();

        PLAIN.up(h2);
        nobodyReachesAnybody();
        String sent = outside("tc -s filter show dev h1 ingress pref " + CLEAR);
        assertThat(sent).contains("Sent 0 bytes 0 pkt");
        assertThat(sh(h1, "grep XfrmInTmplMismatch /proc/net/xfrm_stat")).doesNotContain("\t0\n");
        stopDaemon(h1, "TERM");
        nobodyReachesAnybody();
        assertThat(sh(h1, "grep XfrmInPolBlock /proc/net/xfrm_stat")).doesNotContain("\t0\n");
        assertThat(fanctl(h1, "show --stats").done())
                .contains("has keys with 0 hosts", "came in clear, and nothing decrypted here (XfrmInPolBlock)");
        assertThat(fanctl(h1, "show --stats --json").done()).containsPattern("\"XfrmInPolBlock\": [1-9]");
        assertThat(fanctl(h1, "show --prometheus").done())
                .contains("fanatic_ipsec_dropped_packets_total{reason=\"XfrmInPolBlock\"}");
        // Without an answer to its ARP the host would send no more than that, once a second.
        sh(
                h2,
                "ip neigh replace 250.0.1.1 lladdr 02:fa:0a:00:00:01 dev fan-250 nud permanent;"
                        + " setsid ping -q -i 0.01 250.0.1.1 >/dev/null 2>&1 </dev/null & echo $! >/run/ping.test");
        // It looks for a moment, in which a slow guest may send nothing.
        awaitIn(() -> doctor(h1), "just now came in clear, and nothing decrypted here");
        sh(h2, "kill $(cat /run/ping.test); ip neigh del 250.0.1.1 dev fan-250");
        startDaemon(h1);

        key(h2, KEY);
        ENCRYPTED.up(h1);
        ENCRYPTED.up(h2);
        everybodyReachesEverybody();
    }

    private Path expired(Path authority, String address, Path directory) throws IOException, InterruptedException {
        Path file = directory.resolve("expired.pem");
        outside("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -subj /CN=expired -CA "
                + authority
                + "/authority.pem -CAkey " + authority
                + "/authority.key -not_before 20200101000000Z -not_after 20200102000000Z"
                + " -addext basicConstraints=critical,CA:FALSE -addext sbgp-ipAddrBlock=critical,IPv4:" + address
                + "/32 -keyout " + file + " -out " + file
                + ".crt 2>&1;"
                + " cat " + file + ".crt >>" + file);
        return file;
    }

    /** h2 by swanctl, as who does not ask fanctl what it may do; h1 without the security associations that it has. */
    private void impostor(Path authority, Path file, String why) throws IOException, InterruptedException {
        sh(h2, "rm -f /etc/swanctl/x509/* /etc/swanctl/x509ca/* /etc/swanctl/private/*");
        sh(h2, "openssl x509 -in " + file + " -out /etc/swanctl/x509/host.pem");
        sh(h2, "umask 077; openssl pkey -in " + file + " -out /etc/swanctl/private/host.pem");
        sh(h2, "cp " + authority.resolve("authority.pem") + " /etc/swanctl/x509ca/");
        String children = "";
        for (String[] child : new String[][] {{"out", "", "/8472"}, {"in", "/8472", ""}}) {
            children += child[0] + " { mode = transport\n start_action = trap\n reqid = 7\n priority = 1\n local_ts = "
                    + h2.underlayAddress() + "/32[udp" + child[1] + "]\n remote_ts = 10.0.0.0/16[udp" + child[2]
                    + "]\n }\n";
        }
        sh(
                h2,
                "cat >/etc/swanctl/conf.d/impostor.conf <<E\nconnections { impostor { version = 2\n local_addrs = "
                        + h2.underlayAddress()
                        + "\n remote_addrs = 10.0.0.0/16\n proposals = aes256gcm16-prfsha384-ecp384\n"
                        + " local { auth = pubkey\n certs = host.pem\n }\n remote { auth = pubkey\n }\n"
                        + " children { " + children + " } } }\nE");
        sh(h1, ": >" + LOG);
        // Before the old ones end: else whatever the containers send has new ones made that are good.
        sh(h2, "swanctl --load-all --noprompt");
        for (LabHost host : lab.hosts()) {
            sh(
                    host,
                    "for i in $(swanctl --list-sas | sed -n 's/.*: #\\([0-9]*\\), .*IKEv2.*/\\1/p'); do"
                            + " swanctl --terminate --ike-id $i --force --timeout 1 >/dev/null || :; done");
        }
        // strongSwan lists an association no more a moment before it takes its keys out of the kernel.
        Supplier<String> keys = () -> sh(h1, "swanctl --list-sas 2>/dev/null; ip xfrm state");
        WatchRun.await("no keys", () -> !keys.get().matches("(?s).*(TRANSPORT|aead).*"), keys);
        long sent = counted(ESP, h1);
        long received = received(h1);
        nobodyReachesAnybody();
        // As the one that is asked, the impostor has keys until it hears that it is refused, and may send with them.
        assertThat(counted(ESP, h1))
                .as("packets sent to the impostor, though " + why)
                .isEqualTo(sent);
        assertThat(received(h1))
                .as("packets taken from the impostor, though " + why)
                .isEqualTo(received);
        assertThat(sh(h1, "swanctl --list-sas")).as(why).doesNotContain("TRANSPORT");
        assertThat(sh(h1, "cat " + LOG)).contains(why);
    }

    private static long received(LabHost host) {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        return network.counters(network.list().get(0)).getOrDefault(Counter.RECEIVED, 0L);
    }

    @Test
    void aHostSpeaksForTheAddressOfItsCertificateAndForNoOther(@TempDir Path directory) throws Exception {
        sh(
                h1,
                "printf 'charon-systemd {\\n filelog {\\n h1 {\\n path = " + LOG
                        + "\\n append = yes\\n default = 1\\n flush_line = yes\\n}\\n}\\n}\\n' >/etc/strongswan.d/h1.conf");
        Path authority = directory.resolve("authority");
        Authority.create(authority, FAN.underlay(), 9);
        for (LabHost host : lab.hosts()) {
            certificate(host, authority, host.underlayAddress().toString(), directory);
            startDaemon(host);
        }
        HostSnapshot before = lab.snapshot(h1);
        assertThat(fanctl(h1, UP_CERTIFICATE + " --dry-run").out()).contains("would have strongSwan encrypt fan-250");
        assertThat(before.changesTo(lab.snapshot(h1))).isEmpty();
        lab.fanUp(WITH_CERTIFICATES);
        assertThat(fanctl(h1, "show --json").done()).contains("\"encrypt\": \"cert:/etc/host.pem\"");
        assertThat(fanctl(h1, UP_CERTIFICATE).out()).contains("nothing to do");
        everybodyReachesEverybody();
        assertThat(counted(ESP)).isGreaterThan(100);

        Path other = directory.resolve("other");
        Authority.create(other, FAN.underlay(), 9);
        String own = h2.underlayAddress().toString();
        certificate(h2, authority, "10.0.0.99", directory);
        fanctl(h2, UP_CERTIFICATE).refused(ExitCode.USAGE, "is for 10.0.0.99, and this host is " + own);
        assertThat(doctor(h2)).contains("encryption", "Other hosts do not talk to this one", "is for 10.0.0.99");
        assertThat(doctor(h1)).contains("encryption", "The certificate of this host expires soon", "/etc/host.pem");
        impostor(
                authority,
                directory.resolve("authority-10.0.0.99.pem"),
                "is not contained in any address block constraint");
        impostor(other, certificate(h2, other, own, directory), "no issuer certificate found");
        impostor(authority, expired(authority, own, directory), "subject certificate invalid");

        sh(h2, "rm /etc/swanctl/conf.d/impostor.conf /etc/swanctl/x509/* /etc/swanctl/x509ca/* /etc/swanctl/private/*");
        sh(h2, "swanctl --load-all --noprompt");
        sh(h2, "umask 077; cp " + directory.resolve("authority-" + own + ".pem") + " /etc/host.pem");
        WITH_CERTIFICATES.up(h2);
        everybodyReachesEverybody();
        assertThat(counted(CLEAR)).isZero();

        lab.containers().forEach(lab::detach);
        lab.fanDown(WITH_CERTIFICATES);
        // strongSwan takes its throw routes away when it hears that the networks have gone.
        WatchRun.await("as before", () -> changes(before).isEmpty(), () -> changes(before));
        assertThat(sh(h1, "ip xfrm policy")).doesNotContain("8472");
        assertThat(sh(h1, "ip xfrm state; swanctl --list-conns 2>/dev/null")).isEmpty();
    }

    private String changes(HostSnapshot before) {
        return String.join("\n", before.changesTo(lab.snapshot(h1)));
    }

    private static void awaitIn(Supplier<String> words, String expected) {
        WatchRun.await("in it: " + expected, () -> words.get().contains(expected), words);
    }
}
