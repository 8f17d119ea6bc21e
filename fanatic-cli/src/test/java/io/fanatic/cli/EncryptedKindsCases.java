package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.netlink.FanNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Encrypted fans of each kind: IPIP, with an IPv6 overlay, in UDP; their full packets, and what is one byte larger. */
class EncryptedKindsCases extends EncryptedLab {
    private static final int CLEAR_IPIP = 4;
    private static final int IN_UDP = 5;
    private static final Encryption PSK = Encryption.parse("psk:/etc/fan.key");
    private static final FanOptions OPTIONS = FanOptions.DEFAULT.withNat(false);

    @BeforeEach
    void countMore() throws IOException, InterruptedException {
        for (LabHost host : lab.hosts()) {
            String count = "tc filter add dev " + host.name() + " ingress protocol ip pref ";
            outside(count + CLEAR_IPIP + " flower ip_proto 04 action pass");
            outside(count + IN_UDP + " flower ip_proto udp dst_port 4500 action pass");
            startDaemon(host);
        }
    }

    private int mtu() {
        return FanNetwork.onThisHost().in(h1.namespace()).list().get(0).mtu();
    }

    /** Of a container whose own MTU is the underlay's: packets of the fan's MTU pass, and larger ones are answered, with the MTU. */
    private void fullPacketsPassAndOneByteMoreIsAnswered(int mtu) {
        assertThat(mtu()).isEqualTo(mtu);
        LabContainer from = lab.containers().get(0);
        String to = lab.containers().get(1).address().toString();
        sh(from, "ip link set eth0 mtu 1500");
        String ping = "ping -c 1 -W 5 -M do -s ";
        assertThat(sh(from, ping + (mtu - 28) + " " + to)).contains("1 received");
        assertThat(sh(from, ping + (mtu - 27) + " " + to + " || :")).contains("mtu = " + mtu);
        sh(from, "ip link set eth0 mtu " + mtu);
    }

    @Test
    void anIpipFanIsEncrypted() throws Exception {
        FanControl plain = new EmbeddedFan(OPTIONS.withType(TunnelType.IPIP));
        FanControl encrypted = new EmbeddedFan(OPTIONS.withType(TunnelType.IPIP).withEncryption(PSK));
        lab.fanUp(plain);
        everybodyReachesEverybody();
        assertThat(counted(CLEAR_IPIP)).as("that clear text is counted").isGreaterThan(100);
        lab.containers().forEach(lab::detach);
        lab.fanDown(plain);
        long clear = counted(CLEAR_IPIP);

        lab.fanUp(encrypted);
        everybodyReachesEverybody();
        assertThat(counted(ESP)).isGreaterThan(100);
        fullPacketsPassAndOneByteMoreIsAnswered(1446);
        assertThat(fanctl(h1, "show --stats").done()).contains("has keys with 1 host:");
        fanctl(h1, "up -t ipip --no-nat -u 10.0.0.0/16 -o 251.0.0.0/8")
                .refused(ExitCode.CONFLICT, "has to be the only one of that type");
        stopDaemon(h1, "TERM");
        nobodyReachesAnybody();
        startDaemon(h1);
        encrypted.up(h1);
        everybodyReachesEverybody();
        lab.containers().forEach(lab::detach);
        lab.fanDown(encrypted);
        assertThat(counted(CLEAR_IPIP)).isEqualTo(clear);
        assertThat(sh(h1, "ip xfrm state; ip xfrm policy | grep -c 'proto 4' || :")
                        .strip())
                .isEqualTo("0");
    }

    @Test
    void anIpv6OverlayIsEncryptedToo() throws Exception {
        FanControl both = new EmbeddedFan(OPTIONS.withEncryption(PSK).withOverlay6(Ipv6Prefix.parse("fd00:fa::/48")));
        lab.fanUp(both);
        everybodyReachesEverybody();
        fullPacketsPassAndOneByteMoreIsAnswered(1416);
        String v6 = sh(lab.containers().get(1), "ip -6 -o addr show scope global")
                .replaceAll("(?s).*inet6 ([0-9a-f:]+)/.*", "$1");
        long esp = counted(ESP);
        assertThat(sh(lab.containers().get(0), "ping -c 20 -i 0.05 -M do -s 1368 " + v6))
                .contains("20 received");
        assertThat(counted(ESP)).isGreaterThanOrEqualTo(esp + 40);
        assertThat(counted(CLEAR)).isZero();
    }

    @Test
    void aPlainFanOnAnotherPortStaysBesideAnEncryptedOneAndIsInClear() throws Exception {
        lab.fanUp(ENCRYPTED);
        String other = "up --no-nat -u 10.0.0.0/16 -o 251.0.0.0/8";
        fanctl(h1, other).refused(ExitCode.CONFLICT, "an encrypted fan needs a UDP port of its own");
        for (LabHost host : lab.hosts()) {
            outside("tc filter add dev " + host.name()
                    + " ingress protocol ip pref 6 flower ip_proto udp dst_port 8473 action pass");
            assertThat(fanctl(host, other + " --port 8473").exitCode()).isEqualTo(ExitCode.DONE);
        }
        assertThat(sh(h1, "ping -c 20 -i 0.05 251.0.2.1")).contains("20 received");
        assertThat(counted(6)).isGreaterThanOrEqualTo(40);
        everybodyReachesEverybody();
        assertThat(counted(CLEAR)).isZero();
        assertThat(fanctl(h1, "show --json").done()).containsOnlyOnce("\"encrypt\"");
        for (LabHost host : lab.hosts()) {
            assertThat(fanctl(host, other + " --port 8473 --encrypt psk:/etc/fan.key")
                            .exitCode())
                    .isEqualTo(ExitCode.DONE);
        }
        long clear = counted(6);
        sh(h1, "for i in $(seq 60); do ping -q -c 1 -W 1 251.0.2.1 >/dev/null && exit 0; done; exit 1");
        assertThat(counted(6)).as("both are encrypted now").isEqualTo(clear);
        everybodyReachesEverybody();
    }

    @Test
    void whatConfigureSetsUpIsShownEverywhere() throws Exception {
        FanaticWithFakes.makeRoomForContainers(h1);
        String configure =
                "configure --yes -u 10.0.0.0/16 -o 250.0.0.0/8 --no-lxd --no-docker --no-test --encrypt psk:/etc/fan.key";
        String line = "250.0.0.0/8 10.0.0.0/16 encrypt psk:/etc/fan.key encrypt-udp";
        assertThat(fanaticWithFakes(configure + " --encrypt-udp --dry-run")).contains(line);
        assertThat(fanctl(h1, "show --json").done()).doesNotContain("encrypt");
        fanaticWithFakes(configure + " --encrypt-udp");
        assertThat(sh(h1, "cat /etc/network/fan")).contains(line);
        assertThat(fanaticWithFakes("show --json")).contains("\"encrypt\": \"psk:/etc/fan.key\"");
        assertThat(fanaticWithFakes("status")).contains("1 fan, as in /etc/network/fan");
        stopDaemon(h1, "KILL");
        startDaemon(h1);
        assertThat(CliRun.fanatic(h1, FanaticWithFakes::host, "status --diff", "")
                        .out())
                .contains("~ have strongSwan encrypt fan-250 again");
        assertThat(fanctl(h1, "up -a").exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(fanaticWithFakes("status")).contains("1 fan, as in /etc/network/fan");
        fanaticWithFakes("deconfigure --yes");
        assertThat(sh(h1, "ip xfrm policy")).doesNotContain("8472");
    }

    private String fanaticWithFakes(String commandLine) {
        CliRun run = CliRun.fanatic(h1, FanaticWithFakes::host, commandLine, "");
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
        return run.out();
    }

    @Test
    void whatItCostsIsMeasured() throws Exception {
        FanControl plain = new EmbeddedFan(OPTIONS);
        lab.fanUp(plain);
        everybodyReachesEverybody();
        double inClear = rate();
        for (LabHost host : lab.hosts()) {
            ENCRYPTED.up(host);
        }
        String first = sh(
                lab.containers().get(0),
                "begin=$(date +%s%N); until ping -q -c 1 -W 0.02 "
                        + lab.containers().get(1).address()
                        + " >/dev/null; do :; done; echo $((($(date +%s%N) - begin) / 1000000))");
        everybodyReachesEverybody();
        System.out.printf(
                "number: encrypted fan: %.1f of %.1f MB/s in clear, both ways at once; first packet after %s ms%n",
                rate(), inClear, first.strip());
    }

    /** Of checksummed TCP, in MB/s. */
    private double rate() {
        try (Proof proof = new Proof(lab, Duration.ofMinutes(2), Progress.UNHEARD)) {
            long begin = System.nanoTime();
            List<? extends Check> checks =
                    proof.transfers(Selection.everything(lab).pairs(), 32 << 20);
            assertThat(checks).allSatisfy(EncryptedLab::good);
            return checks.size() * (32 << 20) / 1e6 / ((System.nanoTime() - begin) / 1e9);
        }
    }

    @Test
    void inUdpItPassesWhereEspIsDropped() throws Exception {
        for (LabHost host : lab.hosts()) {
            outside("tc filter add dev " + host.name() + " egress protocol ip pref 9 flower ip_proto 32 action drop");
        }
        FanControl inUdp = new EmbeddedFan(OPTIONS.withEncryption(PSK.withUdp(true)));
        lab.fanUp(inUdp);
        everybodyReachesEverybody();
        fullPacketsPassAndOneByteMoreIsAnswered(1408);
        assertThat(fanctl(h1, "show").done()).contains("encrypt psk:/etc/fan.key, in UDP");
        assertThat(fanctl(h1, "show --json").done()).contains("\"encryptUdp\": true");
        assertThat(fanctl(h1, UP + " --encrypt-udp").out()).contains("nothing to do");
        fanctl(h1, "up --no-nat -u 10.0.0.0/16 -o 250.0.0.0/8 --encrypt-udp")
                .refused(ExitCode.USAGE, "encrypt-udp goes with encrypt");
        assertThat(counted(ESP)).isZero();
        assertThat(counted(IN_UDP)).isGreaterThan(100);
        assertThat(counted(CLEAR)).isZero();
    }
}
