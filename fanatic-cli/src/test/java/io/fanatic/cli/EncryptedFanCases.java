package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.FanException;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Encrypted fans on kernels that have ESP, with the real strongSwan of Debian and its plugin bypass-lan, which lets what is for connected
 * networks pass in clear; run by scripts/test-kernels. On each cable the kernel counts what passes: clear text of the fan, and ESP.
 */
class EncryptedFanCases {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final FanControl PLAIN = new EmbeddedFan(FanOptions.DEFAULT.withNat(false));
    private static final FanControl ENCRYPTED =
            new EmbeddedFan(FanOptions.DEFAULT.withNat(false).withEncryption(new Encryption("/etc/fan.key")));
    private static final String KEY = "6d0b4c1f9e8a7253b1c0d2e3f4a59687";
    private static final String UP = "up --no-nat -u 10.0.0.0/16 -o 250.0.0.0/8 --encrypt psk:/etc/fan.key";
    private static final int CLEAR = 1;
    private static final int ESP = 2;
    private static final int ICMP = 3;

    private Lab lab;
    private LabHost h1;
    private LabHost h2;

    @BeforeEach
    void labOfTwoHosts() throws IOException, InterruptedException {
        lab = Lab.up(LabSpec.named("encrypted").withMapping(FAN).withHosts(2).withContainers(1));
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        for (LabHost host : lab.hosts()) {
            key(host, KEY);
            sh(host, "sed -i 's/load = no/load = yes/' /etc/strongswan.d/charon/bypass-lan.conf");
            String count = "tc filter add dev " + host.name() + " ingress protocol ip pref ";
            outside("tc qdisc add dev " + host.name() + " clsact");
            outside(count + CLEAR + " flower ip_proto udp dst_port 8472 action pass");
            // 50, which flower takes in hexadecimal digits.
            outside(count + ICMP + " flower ip_proto icmp type 3 action pass");
            outside(count + ESP + " flower ip_proto 32 action pass");
        }
    }

    @AfterEach
    void sweep() {
        lab.close();
    }

    private String sh(LabNode node, String command) {
        ExecResult result = lab.exec(node, List.of("sh", "-c", command));
        assertThat(result.exitCode()).as(command + ": " + result.output()).isZero();
        return result.output();
    }

    private String outside(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(lab.outside().command(List.of("sh", "-c", command)))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + ": " + output).isZero();
        return output;
    }

    /** Packets that came from all hosts together. */
    private long counted(int what) throws IOException, InterruptedException {
        long sum = 0;
        for (LabHost host : lab.hosts()) {
            String packets = outside("tc -s filter show dev " + host.name() + " ingress pref " + what
                    + " | sed -n 's/.*Sent [0-9]* bytes \\([0-9]*\\) pkt.*/\\1/p'");
            sum += Long.parseLong(packets.strip());
        }
        return sum;
    }

    private void key(LabHost host, String key) {
        sh(host, "umask 077; echo " + key + " >/etc/fan.key");
    }

    /** As the unit strongswan.service does. */
    private void startDaemon(LabHost host) {
        sh(
                host,
                "setsid charon-systemd >/run/charon.log 2>&1 </dev/null & echo $! >/run/charon.test;"
                        + " until swanctl --stats >/dev/null 2>&1; do kill -0 $(cat /run/charon.test) || exit 1; done;"
                        + " swanctl --load-all --noprompt >/run/load.log 2>&1");
        // Until then the kernel does not ask for a key again where there was none; strongSwan makes it 165 s.
        sh(host, "sysctl -qw net.core.xfrm_acq_expires=1");
    }

    private void stopDaemon(LabHost host, String signal) {
        sh(
                host,
                "pid=$(cat /run/charon.test); kill -" + signal
                        + " $pid; while kill -0 $pid 2>/dev/null && ! grep -q 'State:.Z' /proc/$pid/status; do :; done");
    }

    /** Once there are keys, which the first packets wait for: echo requests that fill the MTU, and checksummed data both ways. */
    private void everybodyReachesEverybody() {
        for (int from = 0; from < 2; from++) {
            String to = lab.containers().get(1 - from).address().toString();
            String until = "for i in $(seq 120); do ping -q -c 1 -W 0.5 " + to + " >/dev/null && exit 0; done; exit 1";
            ExecResult ping = lab.exec(lab.containers().get(from), List.of("sh", "-c", until));
            assertThat(ping.exitCode()).as("keys for " + to).isZero();
        }
        try (Proof proof = new Proof(lab, Duration.ofSeconds(20), Progress.UNHEARD)) {
            Selection all = Selection.everything(lab);
            assertThat(proof.pings(all.pairs())).isNotEmpty().allSatisfy(EncryptedFanCases::good);
            assertThat(proof.transfers(all.pairs(), 1 << 20)).allSatisfy(EncryptedFanCases::good);
        }
    }

    private static void good(Check check) {
        assertThat(check.ok()).as(check.sentence()).isTrue();
    }

    private void nobodyReachesAnybody() {
        for (int from = 0; from < 2; from++) {
            ExecResult ping = lab.exec(
                    lab.containers().get(from),
                    List.of(
                            "ping",
                            "-c",
                            "3",
                            "-i",
                            "0.2",
                            "-W",
                            "1",
                            lab.containers().get(1 - from).address().toString()));
            assertThat(ping.exitCode()).as(ping.output()).isEqualTo(1);
        }
    }

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

        stopDaemon(h1, "TERM");
        nobodyReachesAnybody();
        startDaemon(h1);
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
        startDaemon(h1);

        key(h2, KEY);
        ENCRYPTED.up(h1);
        ENCRYPTED.up(h2);
        everybodyReachesEverybody();
    }
}
