package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Underlay devices, addresses and bridge ports of many kinds under real traffic. */
class FastPathDevicesTest extends FastPathDevices {
    /** With it br_netfilter would take an outer packet for the frame inside. */
    private static final String NO_BRIDGE_FILTER = "sysctl -qw net.bridge.bridge-nf-call-iptables=0; ";

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** The kernel's device takes its source ports from there, and what went by it must have left from the port that encap would have written. */
    @Test
    void aHostWithOtherSourcePorts() {
        assertFast("echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range", "u0");
    }

    /** Its table meets what comes by the kernel's device, and that is little. */
    @Test
    void underlayOnlyIsNoObstacle() {
        TwoFans fans = new TwoFans(namespaces, directory, HERE, HERE);
        fans.up(FAN, "10.0.0.0/16", "underlay-only");
        fans.plugContainers("fan-250", FAN);
        for (int i = 0; i < 2; i++) {
            assertThat(path(fans, i)).isEqualTo(new FanPath(Optional.of("u0"), Optional.empty()));
        }
        assertMostPassByTheKernelsDevice(fans);
        fans.unplugContainers();
        fans.down(FAN);
    }

    /** The device beneath would answer ARP for the address too, and get the packets. */
    @Test
    void aMacvlan() {
        assertFast(NO_BRIDGE_FILTER + "ip link add m0 link u0 type macvlan mode bridge; ip link set u0 arp off", "m0");
    }

    @Test
    void aBridge() {
        assertFast(NO_BRIDGE_FILTER + "ip link add b0 type bridge; ip link set u0 master b0", "b0");
    }

    @Test
    void aDeviceWithoutAnEthernetHeaderDoesWithout() {
        TwoFans fans = hosts("ip tuntap add t0 mode tun", "t0");
        assertThat(path(fans, 0)).isEqualTo(new FanPath(Optional.empty(), Optional.of("t0 is a device of kind tun")));
        fans.down(FAN);
    }

    @Test
    void twoAddressesOnOneDeviceAndOnTwo() {
        TwoFans fans = hosts("true", "u0");
        FanEntry second = FanEntry.parse(List.of(FAN, "10.0.0.3/16"));
        sh(fans.host(0), "ip addr add 10.0.0.3/16 dev u0");
        fans.on(0, engine -> engine.up(second));
        fans.plugContainers("fan-250", FAN);
        sh(fans.container(0), "ip addr add 250.0.3.2/8 dev eth0");
        assertThat(path(fans, 0)).isEqualTo(new FanPath(Optional.of("u0"), Optional.empty()));
        assertMostPassByTheKernelsDevice(fans);
        TwoFans.bulk(fans.container(1), fans.container(0), "250.0.3.2");

        sh(
                fans.host(0),
                "ip link add u1 type veth peer name p1; ip link set u1 up; ip addr del 10.0.0.3/16 dev u0;"
                        + " ip addr add 10.0.0.3/32 dev u1");
        fans.on(0, engine -> engine.up(second));
        assertThat(path(fans, 0))
                .isEqualTo(new FanPath(
                        Optional.empty(),
                        Optional.of("its underlay addresses are not all on one device of this host")));
        fans.assertContainersTalk(FAN);
        TwoFans.bulk(fans.container(1), fans.container(0), "250.0.3.2");
    }

    private static void sh(Namespace namespace, String script) {
        FreshNamespace.exec(namespace, "sh", "-e", "-c", script);
    }

    private void start(Namespace namespace, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + namespace.network()));
        words.addAll(List.of(command));
        started.add(new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start());
    }

    /**
     * The tap of a virtual machine takes no segments that are still to be cut, and has no checksums done for it. What is written to it comes out
     * of another tap, in a namespace of its own, as from the machine's network card.
     */
    @Test
    void aTapGetsWholePackets() throws IOException {
        TwoFans fans = hosts("true", "u0");
        String tap = ",tun-type=tap,iff-no-pi,iff-up";
        for (int i = 0; i < 2; i++) {
            // A packet is one write: hence datagrams between the two.
            String guest = "nsenter --net=" + fans.container(i).network() + " socat -b 70000 - TUN,tun-name=eth0" + tap;
            start(fans.host(i), "socat", "-b", "70000", "TUN,tun-name=vm0" + tap, "EXEC:\"" + guest + "\",type=2");
            String wait = "timeout 20 sh -c 'until ip link show dev %s up | grep -q LOWER_UP; do sleep 0.1; done'";
            sh(fans.host(i), String.format(wait, "vm0") + "; ip link set vm0 mtu 1400 master fan-250");
            String prefix = "250.0." + (i + 1) + ".";
            sh(
                    fans.container(i),
                    String.format(wait, "eth0") + "; ip link set eth0 mtu 1400; ip addr add " + prefix
                            + "2/8 dev eth0; ip route add default via " + prefix + "1");
        }
        assertThat(path(fans, 0)).isEqualTo(new FanPath(Optional.of("u0"), Optional.empty()));
        assertMostPassByTheKernelsDevice(fans);
    }
}
