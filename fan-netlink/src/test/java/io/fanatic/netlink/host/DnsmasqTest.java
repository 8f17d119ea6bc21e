package io.fanatic.netlink.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DnsmasqTest {
    private static final FanMapping FAN = FanMapping.of(Cidr.parse("250.0.0.0/8"), Cidr.parse("10.0.0.0/16"));
    private static final FanSlice SLICE = FAN.slice(Ipv4Address.parse("10.0.0.45"), 9);
    private static final DhcpServer SERVER = DhcpServer.of("br0", 1450, TunnelType.VXLAN, List.of(SLICE));
    private static final MacAddress CLIENT = new MacAddress(0x020000000001L);

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @TempDir
    Path directory;

    Namespace client;
    Path runDir;
    Path stateDir;
    Dnsmasq dnsmasq;

    @BeforeEach
    void makeBridgeWithClient() throws IOException {
        // dnsmasq gives up root, but opens its files before.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        runDir = directory.resolve("run");
        stateDir = directory.resolve("state");
        dnsmasq = new Dnsmasq(runDir, stateDir);
        client = inside.another();
        inside.sh("ip link add br0 type bridge forward_delay 0");
        inside.sh("ip link add c0 type veth peer name eth0 address " + CLIENT + " netns "
                + client.network().getFileName());
        inside.sh("ip link set c0 master br0 up");
        inside.sh("ip link set br0 up");
        inside.sh("ip addr add 250.0.45.1/8 dev br0");
        FreshNamespace.shIn(client, "ip link set eth0 up");
        FreshNamespace.shIn(client, "ip route add 255.255.255.255 dev eth0");
    }

    @AfterEach
    void stopAll() {
        inside.call(() -> dnsmasq.stop("br0"));
        assertThat(inside.call(() -> dnsmasq.running("br0"))).isEmpty();
    }

    @Test
    void aClientGetsAnAddressOfTheSlicePastTheReserveAndAllThatItNeeds() throws IOException {
        start(SERVER);

        DhcpClient.Lease lease = client.call(() -> DhcpClient.lease(CLIENT));

        assertThat(SLICE.cidr().contains(lease.address())).isTrue();
        assertThat(lease.address()).isBetween(Ipv4Address.parse("250.0.45.10"), Ipv4Address.parse("250.0.45.254"));
        assertThat(lease.number(1)).isEqualTo(Cidr.mask(8));
        assertThat(lease.number(3)).isEqualTo(Ipv4Address.parse("250.0.45.1").bits());
        assertThat(lease.number(26)).isEqualTo(1450);
        assertThat(lease.options()).doesNotContainKey(6);
        assertThat(Files.readString(stateDir.resolve("dnsmasq-br0.leases")))
                .contains(lease.address().toString());
    }

    @Test
    void natDoesNotTouchTheServersAnswers() {
        inside.call(() -> {
            try (Nftables nftables = Nftables.open()) {
                new NatTable(nftables).write(List.of(new NatTable.Entry(SLICE.cidr(), FAN.overlay())));
            }
            return true;
        });
        start(SERVER);

        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).address()).isNotNull();
    }

    @Test
    void aStartedServerIsFoundAgainWithItsSpecAndStops() {
        DhcpRange second = DhcpRange.of(FAN.slice(Ipv4Address.parse("10.0.0.46")), TunnelType.VXLAN);
        DhcpServer two = new DhcpServer("br0", 1400, List.of(DhcpRange.of(SLICE, TunnelType.VXLAN), second), true);
        assertThat(inside.call(() -> dnsmasq.running("br0"))).isEmpty();
        start(two);

        Dnsmasq later = new Dnsmasq(runDir, stateDir);
        assertThat(inside.call(() -> later.running("br0"))).contains(two);
        assertThat(inside.call(() -> later.running("br1"))).isEmpty();
        assertThatThrownBy(() -> start(two)).isInstanceOf(DhcpException.class).hasMessageContaining("already runs");
        assertThat(inside.call(() -> later.stop("br0"))).isTrue();
        assertThat(inside.call(() -> later.running("br0"))).isEmpty();
        assertThat(inside.call(() -> later.stop("br0"))).isFalse();
        assertThat(runDir).isEmptyDirectory();
        later.forget("br0");
        assertThat(stateDir).isEmptyDirectory();
    }

    @Test
    void aServerOfAnotherNamespaceIsNotOurs() {
        start(SERVER);

        assertThat(client.call(() -> dnsmasq.running("br0"))).isEmpty();
    }

    @Test
    void aForeignProcessBehindOurPidFileIsNeverTouched() throws IOException {
        Files.createDirectories(runDir);
        Process other = new ProcessBuilder("/bin/sleep", "60").start();
        try {
            Files.writeString(runDir.resolve("dnsmasq-br0.pid"), other.pid() + "\n");

            assertThat(inside.call(() -> dnsmasq.running("br0"))).isEmpty();
            assertThat(inside.call(() -> dnsmasq.stop("br0"))).isFalse();
            assertThat(other.isAlive()).isTrue();
            assertThat(runDir.resolve("dnsmasq-br0.pid")).doesNotExist();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void garbageInThePidFileIsNoServer() throws IOException {
        Files.createDirectories(runDir);
        for (String garbage : List.of("", "x", "-1", "0", "1", "99999999999")) {
            Files.writeString(runDir.resolve("dnsmasq-br0.pid"), garbage);
            assertThat(inside.call(() -> dnsmasq.running("br0"))).as(garbage).isEmpty();
        }
    }

    @Test
    void whatDnsmasqRefusesIsToldAndNothingIsLeft() {
        DhcpServer absent = new DhcpServer("nosuch", 1450, SERVER.ranges(), false);

        assertThatThrownBy(() -> start(absent))
                .isInstanceOf(DhcpException.class)
                .hasMessageContaining("nosuch")
                .hasMessageContaining("status 2")
                .hasMessageContaining("unknown interface");
        assertThat(runDir).isEmptyDirectory();
    }

    @Test
    void withoutDnsmasqTheExceptionNamesThePackage() {
        Dnsmasq missing = new Dnsmasq(runDir, stateDir, directory.toString());

        assertThatThrownBy(() -> missing.start(SERVER))
                .isInstanceOf(DhcpException.class)
                .hasMessageContaining("dnsmasq-base");
        assertThat(runDir).doesNotExist();
    }

    @Test
    void aWholeWideSliceCanBeLeased() {
        FanSlice wide = FanMapping.of(Cidr.parse("240.0.0.0/8"), Cidr.parse("192.168.1.0/24"))
                .slice(Ipv4Address.parse("192.168.1.45"));

        String conf = DnsmasqConf.write(
                DhcpServer.of("br0", 1450, TunnelType.VXLAN, List.of(wide)), Path.of("/p"), Path.of("/l"));

        assertThat(conf)
                .contains("dhcp-range=set:slice0,240.45.0.2,240.45.255.254,255.0.0.0,1h\n")
                .contains("dhcp-lease-max=65533\n");
    }

    private void start(DhcpServer server) {
        inside.call(() -> {
            dnsmasq.start(server);
            return true;
        });
    }
}
