package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanException;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Shares;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers with an address that another one has, of another slice or of another engine's share. */
@FanLab(hosts = 1, containers = 0, fan = false)
class AddressesCheckTest {
    private static final FanOptions DHCP = FanOptions.DEFAULT.withDhcp(true);
    private static final String NOTES = "/var/lib/fanatic/engines";
    private static final String LEASES = "$(ls /var/lib/fanatic/dnsmasq-fan-250*.leases)";

    private Patient host;

    @BeforeEach
    void bringTheFanUp(Lab lab) {
        host = new Patient(lab.hosts().get(0));
        host.up(DHCP);
        host.isConfigured(" dhcp");
        container("one", "250.0.1.2");
    }

    @AfterEach
    void takeItDown() {
        host.run("rm -rf " + NOTES + "; for c in one twin; do ip link delete $c 2>/dev/null || true;"
                + " ip netns delete $c 2>/dev/null || true; done");
        host.down();
    }

    private void twin(String address) {
        container("twin", address);
    }

    private void container(String name, String address) {
        host.run("ip netns add " + name + "; ip link add " + name
                + " mtu 1450 master fan-250 type veth peer name eth0 mtu 1450"
                + " netns " + name + "; ip link set " + name + " up; ip -n " + name + " link set eth0 up; ip -n " + name
                + " address add " + address + "/8 dev eth0; ip -n " + name + " route add default via 250.0.1.1;"
                + " until bridge link show dev " + name + " | grep -q 'state forwarding'; do sleep 0.02; done");
    }

    private static Finding found(Diagnosis diagnosis, Code code) {
        assertThat(diagnosis.findings())
                .as(diagnosis.toString())
                .extracting(Finding::code)
                .contains(code);
        return diagnosis.findings().stream()
                .filter(finding -> finding.code() == code)
                .findFirst()
                .orElseThrow();
    }

    private void note(String engine, String whom) {
        host.run("mkdir -p " + NOTES + "; echo '{\"version\":1,\"subject\":\"x\",\"fan\":\"" + whom
                + "\",\"wrote\":\"sha256:" + "0".repeat(64) + "\"}' > " + NOTES + "/" + engine + ".json");
    }

    @Test
    void anAddressOfItsOwnForEachIsHealthy() {
        twin("250.0.1.3");
        host.isHealthy();
    }

    @Test
    void oneAddressAtTwoPortsIsFound() {
        twin("250.0.1.2");
        Finding finding = found(host.examine(), Code.ADDRESS_TWICE);
        assertThat(finding.title()).isEqualTo("the address 250.0.1.2 is that of 2 containers");
        assertThat(String.join(" ", finding.evidence())).contains("behind one", "behind twin");
    }

    @Test
    void anAddressOfAnotherSliceIsFound() {
        twin("250.0.7.9");
        Finding finding = found(host.examine(), Code.ADDRESS_SLICE);
        assertThat(finding.title())
                .isEqualTo("a container of this host has an address of another host's slice: its packets are dropped");
        assertThat(finding.evidence()).hasSize(1);
        assertThat(finding.evidence().get(0)).contains("behind twin");
    }

    @Test
    void anEngineThatAnEarlierVersionHasSetUpIsFoundAndTheFanComesUp() {
        note("docker-network-fan-250", "fan-250 250.0.1.0/24");
        Finding finding = found(host.examine(), Code.ADDRESS_SHARE);
        assertThat(finding.title()).isEqualTo("Docker gives out addresses of the share of dhcp");
        assertThat(finding.evidence().get(0)).contains("250.0.1.2-250.0.1.254", "by an earlier version", "250.0.1.64");
        assertThat(finding.fix()).isEqualTo("fanatic enable-docker -u 10.0.0.1/16 -o 250.0.0.0/8");
    }

    @Test
    void anAddressOfAnotherSharesEngineThatIsStillLeasedIsFound() {
        note("docker-network-fan-250", "fan-250 250.0.1.0/24 250.0.1.128-250.0.1.254");
        assertThat(host.examine().findings()).extracting(Finding::code).doesNotContain(Code.ADDRESS_SHARE);
        host.run("echo 0 02:00:00:00:00:09 250.0.1.200 c1 '*' > " + LEASES);
        assertThat(found(host.examine(), Code.ADDRESS_SHARE).evidence())
                .isEqualTo(List.of("250.0.1.200 is leased to 02:00:00:00:00:09 (c1)"));
    }

    @Test
    void aStubOnLoopbackIsNoNameServerForContainers() {
        host.run("echo nameserver 127.0.0.53 > /run/stub; mount --bind /run/stub /etc/resolv.conf");
        try {
            found(host.examine(), Code.NAME_SERVER);
        } finally {
            host.run("umount /etc/resolv.conf; rm /run/stub");
        }
    }

    /** The range of DHCP moves with the shares, and back; a share without an address is refused and nothing changes. */
    @Test
    void otherSharesOfALiveFanAreTakenOrRefusedAsAWhole() {
        host.up(DHCP.withShares(Shares.parse("dhcp:1/2")));
        host.run("grep -q 'dhcp-range=set:slice0,250.0.1.128,250.0.1.254,' /run/fanatic/dnsmasq-fan-250*.conf;"
                + " grep -q ' shares -1--' /sys/class/net/fan-250/ifalias");
        Assertions.assertThatExceptionOfType(FanException.class)
                .isThrownBy(() -> new EmbeddedFan(DHCP.withShares(Shares.parse("docker:all"))).up(host.host()))
                .withMessageContaining("there is no share for dhcp")
                .withMessageContaining("shares docker:1/2,dhcp:1/2");
        host.run("grep -q 'dhcp-range=set:slice0,250.0.1.128,250.0.1.254,' /run/fanatic/dnsmasq-fan-250*.conf");
        host.up(DHCP);
        host.run("grep -q 'dhcp-range=set:slice0,250.0.1.64,250.0.1.127,' /run/fanatic/dnsmasq-fan-250*.conf;"
                + " ! grep -q shares /sys/class/net/fan-250/ifalias");
        host.isHealthy();
    }
}
