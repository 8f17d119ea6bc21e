package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Encryption;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
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
import io.fanatic.netlink.strongswan.Authority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Two hosts with Debian's strongSwan and its plugin bypass-lan, which lets what is for connected networks pass in clear. On each cable the
 * kernel counts what passes: clear text of the fan, ESP, and ICMP errors, which would quote it.
 */
abstract class EncryptedLab {
    static final FanMapping FAN = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    static final FanControl PLAIN = new EmbeddedFan(FanOptions.DEFAULT.withNat(false));
    static final FanControl ENCRYPTED =
            new EmbeddedFan(FanOptions.DEFAULT.withNat(false).withEncryption(Encryption.parse("psk:/etc/fan.key")));
    static final String KEY = "6d0b4c1f9e8a7253b1c0d2e3f4a59687";
    static final String UP = "up --no-nat -u 10.0.0.0/16 -o 250.0.0.0/8 --encrypt psk:/etc/fan.key";
    static final FanControl WITH_CERTIFICATES =
            new EmbeddedFan(FanOptions.DEFAULT.withNat(false).withEncryption(Encryption.parse("cert:/etc/host.pem")));
    static final String UP_CERTIFICATE = "up --no-nat -u 10.0.0.0/16 -o 250.0.0.0/8 --encrypt cert:/etc/host.pem";
    static final int CLEAR = 1;
    static final int ESP = 2;
    static final int ICMP = 3;

    Lab lab;
    LabHost h1;
    LabHost h2;

    @BeforeEach
    void labOfTwoHosts() throws IOException, InterruptedException {
        lab = Lab.up(
                LabSpec.named("encrypted").withMapping(FAN).withHosts(hosts()).withContainers(1));
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

    int hosts() {
        return 2;
    }

    @AfterEach
    void sweep() {
        lab.close();
    }

    String sh(LabNode node, String command) {
        ExecResult result = lab.exec(node, List.of("sh", "-c", command));
        assertThat(result.exitCode()).as(command + ": " + result.output()).isZero();
        return result.output();
    }

    String outside(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(lab.outside().command(List.of("sh", "-c", command)))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + ": " + output).isZero();
        return output;
    }

    /** Packets that came from all hosts together. */
    long counted(int what) throws IOException, InterruptedException {
        long sum = 0;
        for (LabHost host : lab.hosts()) {
            sum += counted(what, host);
        }
        return sum;
    }

    /** Packets that came from this host. */
    long counted(int what, LabHost host) throws IOException, InterruptedException {
        String packets = outside("tc -s filter show dev " + host.name() + " ingress pref " + what
                + " | sed -n 's/.*Sent [0-9]* bytes \\([0-9]*\\) pkt.*/\\1/p'");
        return Long.parseLong(packets.strip());
    }

    void key(LabHost host, String key) {
        sh(host, "umask 077; echo " + key + " >/etc/fan.key");
    }

    /** As the unit strongswan.service does. */
    void startDaemon(LabHost host) {
        sh(
                host,
                "setsid charon-systemd >/run/charon.log 2>&1 </dev/null & echo $! >/run/charon.test;"
                        + " until swanctl --stats >/dev/null 2>&1; do kill -0 $(cat /run/charon.test) || exit 1; sleep 0.05; done;"
                        + " swanctl --load-all --noprompt >/run/load.log 2>&1");
        // Until then the kernel does not ask for a key again where there was none; strongSwan makes it 165 s.
        sh(host, "sysctl -qw net.core.xfrm_acq_expires=1");
    }

    void stopDaemon(LabHost host, String signal) {
        sh(
                host,
                "pid=$(cat /run/charon.test); kill -" + signal
                        + " $pid; while kill -0 $pid 2>/dev/null && ! grep -q 'State:.Z' /proc/$pid/status; do sleep 0.02; done");
    }

    /** Once there are keys, which the first packets wait for: echo requests that fill the MTU, and checksummed data both ways. */
    void everybodyReachesEverybody() {
        for (int from = 0; from < 2; from++) {
            String to = lab.containers().get(1 - from).address().toString();
            String until = "for i in $(seq 120); do ping -q -c 1 -W 0.5 " + to + " >/dev/null && exit 0; done; exit 1";
            ExecResult ping = lab.exec(lab.containers().get(from), List.of("sh", "-c", until));
            assertThat(ping.exitCode()).as("keys for " + to).isZero();
        }
        try (Proof proof = new Proof(lab, Duration.ofSeconds(20), Progress.UNHEARD)) {
            Selection all = Selection.everything(lab);
            assertThat(proof.pings(all.pairs())).isNotEmpty().allSatisfy(EncryptedLab::good);
            assertThat(proof.transfers(all.pairs(), 1 << 20)).allSatisfy(EncryptedLab::good);
        }
    }

    static void good(Check check) {
        assertThat(check.ok()).as(check.sentence()).isTrue();
    }

    static String doctor(LabHost host) {
        return fanatic(host, "doctor").out().replaceAll("\\s+", " ");
    }

    void nobodyReachesAnybody() {
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

    /** In /etc/host.pem: the certificate for an address, with its private key and the authority. */
    Path certificate(LabHost host, Path authority, String address, Path directory) throws IOException {
        Path file = directory.resolve(authority.getFileName() + "-" + address + ".pem");
        Authority.issue(authority, List.of(Ipv4Address.parse(address)), 9, file);
        sh(host, "umask 077; cp " + file + " /etc/host.pem");
        return file;
    }
}
