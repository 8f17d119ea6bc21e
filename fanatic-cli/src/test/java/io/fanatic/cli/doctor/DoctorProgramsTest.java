package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.KilledDhcpServer;
import io.fanatic.cli.daemon.NetworkManager;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import java.net.DatagramSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Programs beside a fan with DHCP: its own dnsmasq, holders of its port, and what manages network devices. */
@FanLab(hosts = 1, containers = 0, fan = false)
class DoctorProgramsTest {
    private static final FanOptions DHCP = FanOptions.DEFAULT.withDhcp(true);

    private Patient host;

    @BeforeEach
    void bringTheFanUp(Lab lab) {
        host = new Patient(lab.hosts().get(0));
        host.up(DHCP);
        host.isConfigured(" dhcp");
        host.isHealthy();
    }

    @AfterEach
    void cured() {
        host.up(DHCP);
        host.isHealthy();
    }

    @Test
    void dnsmasqIsKilled() {
        host.run(KilledDhcpServer.COMMAND);
        Finding found = host.has(Code.DHCP);
        assertThat(found.fix()).isEqualTo("fanctl up -a");
    }

    @Test
    void anAddressOfAnotherHostsSliceIsLeased() {
        String leases = "$(ls /var/lib/fanatic/dnsmasq-fan-250*.leases)";
        host.run("echo 1 02:00:00:00:00:01 250.0.1.9 good '*' > " + leases);
        host.isHealthy();
        try {
            host.run("echo 1 02:00:00:00:00:02 250.0.7.9 stray '*' >> " + leases);
            Finding found = host.has(Code.DHCP_LEASES);
            assertThat(found.evidence()).containsExactly("250.0.7.9 is leased to 02:00:00:00:00:02 (stray)");
        } finally {
            host.run("rm " + leases);
        }
    }

    @Test
    void aProgramHoldsTheTunnelsPortWhileTheFanIsDown() {
        host.down();
        try (DatagramSocket socket = host.host().namespace().call(() -> new DatagramSocket(8472))) {
            assertThat(socket.isBound()).isTrue();
            Finding found = host.has(Code.PORT_CLASH);
            assertThat(found.evidence()).containsExactly("a program's socket has UDP port 8472");
        }
    }

    @Test
    void fault32NetworkManagerIsNotToldToLeaveTheFanAloneUntilTheFixTellsIt() {
        try (NetworkManager manager = NetworkManager.start(host.host())) {
            assertThat(managed()).contains("fan-250:connected (externally)\n", "ftun-250:connected (externally)\n");
            Finding found = host.has(Code.NETWORK_MANAGER);
            host.run(found.fix());
            assertThat(managed())
                    .contains("fan-250:unmanaged\n", "ftun-250:unmanaged\n", "eth0:connected (externally)\n");
            host.isHealthy();
        } finally {
            host.run("rm -f /etc/NetworkManager/conf.d/*fan*");
        }
    }

    @Test
    void networkManagerIsToldInAnotherWayToLeaveTheFanAlone() {
        host.run("printf '[device-of-fans]\\nmatch-device=interface-name:fan-*;interface-name:ftun-*\\nmanaged=0\\n'"
                + " >/etc/NetworkManager/conf.d/50-fans.conf");
        try (NetworkManager manager = NetworkManager.start(host.host())) {
            assertThat(managed()).contains("fan-250:unmanaged\n", "ftun-250:unmanaged\n");
            host.isHealthy();
        } finally {
            host.run("rm /etc/NetworkManager/conf.d/50-fans.conf");
        }
    }

    private String managed() {
        return host.host()
                .exec("nmcli", "-t", "-f", "DEVICE,STATE", "device")
                .orThrow()
                .output();
    }

    @Test
    void fault32DhcpcdIsNotToldToLeaveTheFanAlone() {
        managed("dhcpcd", Code.DHCPCD, "echo denyinterfaces fan-* ftun-250 > /etc/dhcpcd.conf");
    }

    @Test
    void fault32NetworkdIsToldToConfigureTheFan() {
        host.run("mkdir -p /etc/systemd/network;"
                + " printf '[Match]\\nName=*\\n[Network]\\nDHCP=yes\\n' > /etc/systemd/network/80-all.network");
        try {
            managed(
                    "systemd-networkd",
                    Code.NETWORKD,
                    "printf '[Match]\\nName=fan-* ftun-*\\n[Link]\\nUnmanaged=yes\\n'"
                            + " > /etc/systemd/network/05-fan.network");
        } finally {
            host.run("rm /etc/systemd/network/*.network");
        }
    }

    /** A program of that name runs: the finding is there, until it is told to keep off. */
    private void managed(String program, Code code, String told) {
        host.run("cp \"$(command -v sleep)\" /run/" + program);
        ExecResult started = host.host()
                .exec("sh", "-c", "/run/" + program + " 600 >/dev/null 2>&1 </dev/null & echo $!")
                .orThrow();
        try {
            host.run("n=0; until grep -q '^" + program.substring(0, Math.min(15, program.length())) + "' /proc/"
                    + started.output().strip() + "/comm; do n=$((n+1)); test $n -lt 1000; sleep 0.02; done");
            host.has(code);
            host.run(told);
            host.isHealthy();
        } finally {
            host.run("kill " + started.output().strip() + "; rm /run/" + program + "; rm -f /etc/dhcpcd.conf");
        }
    }
}
