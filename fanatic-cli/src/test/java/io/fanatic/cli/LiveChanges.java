package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.NetworkManager;
import io.fanatic.cli.daemon.Networkd;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabLink;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What may happen to a fan that is up and in use. While it happens, a TCP connection between two containers goes on; after the
 * repair it goes on still, and no byte is other than it was sent. Who repairs, the two subclasses say.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 -- h1c1 ===== connection ===== h2c1 -- fan-250
 * </pre>
 */
@FanLab(hosts = 2, containers = 1, fan = false)
abstract class LiveChanges {
    static final String CONFIGURE = "mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 dhcp > /etc/network/fan";
    private static final String NETWORKD_FILE = "/etc/systemd/network/80-fan.network";
    private static final String NETWORK_MANAGER_FILE = "/etc/NetworkManager/system-connections/mine.nmconnection";
    static final String UNDERLAY_BACK = "ip link set eth0 up; ip addr flush dev eth0; ip addr add 10.0.0.1/16 dev eth0;"
            + " ip route replace default via 10.0.255.254";

    /** For numbers at the end. */
    static int named;

    static int repaired;

    static int told;

    private Lab lab;
    LabHost host;
    private SteadyFlow flow;

    /** Once something happened that this finding names: makes the fan whole again. */
    abstract void repair(Code code);

    /** Once something happened that nobody should repair: it is told, by this finding and these words of the watch. */
    abstract void isTold(Code code, String words);

    /** Once something happened that is no trouble. */
    abstract void nothingIsSaid();

    @BeforeEach
    void bringUp(Lab lab) {
        this.lab = lab;
        host = lab.hosts().get(0);
        for (LabHost each : lab.hosts()) {
            each.exec("sh", "-e", "-c", CONFIGURE).orThrow();
            fanctl(each, "up -a").done();
        }
        for (LabContainer container : lab.containers()) {
            if (container.exec("test", "-e", "/proc/sys/net/ipv4/conf/eth0").exitCode() != 0
                    || !container
                            .exec("ip", "addr", "show", "dev", "eth0")
                            .output()
                            .contains("250.")) {
                attach(lab, container);
            }
        }
        ready();
        flow = SteadyFlow.between(lab.containers().get(0), lab.containers().get(1));
        flow.progress();
    }

    /** A retransmission after an outage comes at most as long after it as it lasted. */
    static void attach(Lab lab, LabContainer container) {
        lab.attach(container);
        container
                .exec(
                        "sh",
                        "-c",
                        "ip route replace 250.0.0.0/8 dev eth0 proto kernel scope link src " + container.address()
                                + " rto_min 20ms")
                .orThrow();
    }

    /** What a subclass needs before anything happens. */
    void ready() {}

    @AfterEach
    void theConnectionHasLivedThroughIt() {
        try (SteadyFlow going = flow) {
            going.progress();
            going.end();
        }
        assertThat(fanctl(host, "up -a").done()).contains("is up already, nothing to do");
    }

    void run(String script) {
        host.exec("sh", "-e", "-c", script).orThrow();
    }

    private void changed(String script, Code code) {
        run(script);
        repair(code);
        flow.progress();
    }

    /**
     * The containers' own MTU is their engine's to say, as the finding port-mtu tells. While it is too large, the tunnel tells
     * senders what the underlay takes.
     */
    // TESTING.md F20
    @Test
    void theUnderlaysMtuIsLoweredAndRaised() {
        underlayMtu(1400);
        underlayMtu(1500);
        underlayMtu(1600);
        underlayMtu(1500);
    }

    private void underlayMtu(int mtu) {
        lab.hosts().forEach(each -> new LabLink(lab, each).setMtu(mtu));
        repair(Code.MTU);
        fanctl(lab.hosts().get(1), "up -a").done();
        flow.progress();
        for (LabContainer container : lab.containers()) {
            container
                    .host()
                    .exec("ip", "link", "set", container.name(), "mtu", "" + (mtu - 50))
                    .orThrow();
            container.exec("ip", "link", "set", "eth0", "mtu", "" + (mtu - 50)).orThrow();
        }
        flow.progress();
    }

    /** A bridge that has gone does not take with it which address the fan had. */
    // TESTING.md F17
    @Test
    void theBridgeIsDeletedWhileThereIsASecondUnderlayAddress() {
        run("ip addr add 10.0.0.77/16 dev eth0; ip link del fan-250");
        repair(Code.BRIDGE);
        run("ip link set h1c1 master fan-250; ip addr del 10.0.0.77/16 dev eth0");
    }

    // TESTING.md F17
    @Test
    void theUnderlayAddressIsChangedAndChangedBack() {
        run("ip addr add 10.0.0.77/16 dev eth0; ip addr del 10.0.0.1/16 dev eth0;"
                + " ip addr show dev eth0 | grep -q 10.0.0.77 || ip addr add 10.0.0.77/16 dev eth0");
        isTold(Code.UNDERLAY_GONE, "renumbering 250.0.0.0/8: the underlay address is 10.0.0.77, no longer 10.0.0.1");
        run(UNDERLAY_BACK);
    }

    // TESTING.md F17
    @Test
    void theUnderlayAddressIsRemovedAndComesBack() {
        run("ip addr del 10.0.0.1/16 dev eth0");
        isTold(
                Code.UNDERLAY_GONE,
                "trouble 250.0.0.0/8: the underlay address 10.0.0.1 is not on this host any more; the slice");
        run(UNDERLAY_BACK);
    }

    // TESTING.md F17
    @Test
    void aSecondUnderlayAddressIsAdded() {
        run("ip addr add 10.0.0.77/16 dev eth0");
        nothingIsSaid();
        flow.progress();
        run("ip addr del 10.0.0.77/16 dev eth0");
    }

    // TESTING.md F17
    @Test
    void theUnderlaysDeviceGoesDownAndUp() {
        run("ip link set eth0 down");
        isTold(Code.UNDERLAY_DOWN, "event: eth0 was set down");
        run(UNDERLAY_BACK);
    }

    // TESTING.md F17
    @Test
    void theUnderlaysDeviceIsRenamed() {
        run(
                "ip link set eth0 down; ip link set eth0 name eth9; ip link set eth9 up;"
                        + " ip route replace default via 10.0.255.254;"
                        // The kernel tells of a carrier when it has time.
                        + " n=0; until grep -q up /sys/class/net/eth9/operstate; do n=$((n+1)); test $n -lt 1000; sleep 0.02; done");
        repair(Code.FORWARD_OPEN);
        flow.progress();
        run("ip link set eth9 down; ip link set eth9 name eth0; " + UNDERLAY_BACK);
    }

    // TESTING.md F17
    @Test
    void theUnderlaysDeviceIsDeletedAndMadeAgain() throws IOException, InterruptedException {
        run("ip link del eth0");
        isTold(
                Code.UNDERLAY_GONE,
                "trouble 250.0.0.0/8: the underlay address 10.0.0.1 is not on this host any more; the slice");
        String name = lab.spec().name();
        String again = "ip link add h1 netns " + name + "-u type veth peer name eth0 netns " + name + "-h1;" + " ip -n "
                + name + "-u link set h1 master underlay up";
        assertThat(new ProcessBuilder("sh", "-e", "-c", again)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        run(UNDERLAY_BACK);
        repair(Code.FORWARDING_OFF);
    }

    // TESTING.md F29
    @Test
    void theRulesetIsFlushed() {
        changed("nft flush ruleset", Code.NAT);
        changed("nft delete table ip fanatic-tunnel", Code.TUNNEL_ONLY);
    }

    // TESTING.md F34
    @Test
    void theGuardTheEncapOrTheGateIsTakenAway() {
        detach("fan-250", Tcx.Hook.INGRESS);
        repair(Code.PROGRAMS);
        detach("ftun-250", Tcx.Hook.INGRESS);
        repair(Code.PROGRAMS);
        flow.progress();
        detach("ftun-250", Tcx.Hook.EGRESS);
        repair(Code.PROGRAMS);
    }

    void detach(String device, Tcx.Hook hook) {
        host.namespace().run(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open()) {
                int index = new Links(socket).named(device).orElseThrow().index();
                Tcx.detach(index, hook, Tcx.query(index, hook).get(0));
            }
        });
    }

    // TESTING.md F20
    @Test
    void theBridgesOrTheTunnelsMtuIsChanged() {
        changed("ip link set fan-250 mtu 1300", Code.MTU);
        changed("ip link set ftun-250 mtu 1300", Code.MTU);
    }

    // TESTING.md F32
    @Test
    void theBridgesMacAddressOrSpanningTreeIsChanged() {
        changed("ip link set fan-250 address 02:00:00:00:00:99", Code.BRIDGE);
        changed("ip link set fan-250 type bridge stp_state 1", Code.BRIDGE);
        changed("sysctl -qw net.ipv6.conf.fan-250.disable_ipv6=0", Code.BRIDGE);
    }

    @Test
    void theTunnelIsDeleted() {
        changed("ip link del ftun-250", Code.TUNNEL);
    }

    @Test
    void theTunnelIsTakenOutOfTheBridgeOrSetDown() {
        changed("ip link set ftun-250 nomaster", Code.BRIDGE_PORT);
        changed("ip link set ftun-250 down", Code.DEVICE_DOWN);
    }

    /** What a container's port is plugged into is its engine's to say. */
    @Test
    void theBridgeIsDeleted() {
        run("ip link del fan-250");
        repair(Code.BRIDGE);
        run("ip link set h1c1 master fan-250");
    }

    @Test
    void theBridgeIsSetDownOrLosesItsAddress() {
        changed("ip link set fan-250 down", Code.DEVICE_DOWN);
        changed("ip addr flush dev fan-250", Code.HOST_ADDRESS);
    }

    /** For the device it is told to configure it knows the addresses: others go. It sets what its file says. */
    // TESTING.md F32
    @Test
    void networkdTakesHoldOfTheBridge() {
        run("mkdir -p /etc/systemd/network; printf '[Match]\nName=fan-250\n[Link]\nMTUBytes=1300\n"
                + "MACAddress=02:00:00:00:00:99\n[Network]\nLinkLocalAddressing=no\n' >" + NETWORKD_FILE);
        try (Networkd networkd = Networkd.start(host, "fan-250")) {
            repair(Code.HOST_ADDRESS);
            flow.progress();
        } finally {
            run("rm " + NETWORKD_FILE);
        }
    }

    /** A bridge for which somebody has made a connection is its own: addresses, MAC address and MTU are what that says. */
    // TESTING.md F32
    @Test
    void networkManagerTakesHoldOfTheBridge() {
        run("mkdir -p /etc/NetworkManager/system-connections; umask 077; printf '[connection]\nid=mine\ntype=bridge\n"
                + "interface-name=fan-250\n[ethernet]\ncloned-mac-address=02:00:00:00:00:99\nmtu=1300\n"
                + "[ipv4]\nmethod=disabled\n[ipv6]\nmethod=disabled\n' >" + NETWORK_MANAGER_FILE);
        try (NetworkManager manager = NetworkManager.start(host)) {
            run("nmcli --wait 20 connection up mine");
            repair(Code.HOST_ADDRESS);
            // It has taken all ports out; what a container's is plugged into is its engine's to say.
            run("ip link set h1c1 master fan-250");
            flow.progress();
        } finally {
            run("rm " + NETWORK_MANAGER_FILE);
        }
    }

    /**
     * A policy of drop is about bridged frames too where br_netfilter is. Docker sets it as it switches forwarding on, which the fan has
     * left off. The rule by which the fan passes is in a chain of Docker's, which keeps it over a restart.
     */
    // TESTING.md F28
    @Test
    void dockerStartsAndRestartsWithAContainerOnTheFan() {
        String fan = " -u 10.0.0.1/16 -o 250.0.0.0/8";
        try (Dockerd docker = Dockerd.start(host)) {
            repair(Code.FORWARD_DROP);
            flow.progress();
            changed("iptables -F DOCKER-USER", Code.FORWARD_DROP);
            fanatic(host, "enable-docker" + fan).done();
            docker.run("onfan", "--network", "fan-250", "--ip", "250.0.1.77", "--restart", "always");
            docker.stop();
            docker.startAgain();
            flow.progress();
            assertThat(fanctl(host, "up -a").done()).contains("is up already, nothing to do");
            Namespace inside = new Namespace(Path.of("/proc/" + docker.pidOf("onfan") + "/ns/net"), Optional.empty());
            try (SteadyFlow toDocker =
                    SteadyFlow.between(lab.containers().get(1).namespace(), inside, "250.0.1.77")) {
                toDocker.progress();
                toDocker.end();
            }
            docker.removeContainers();
            fanatic(host, "disable-docker" + fan).done();
        }
        changed("nft flush ruleset; ip link del docker0; sysctl -qw net.ipv4.ip_forward=0", Code.NAT);
    }

    // TESTING.md F24
    @Test
    void forwardingIsSwitchedOff() {
        changed("sysctl -qw net.ipv4.conf.eth0.forwarding=0", Code.FORWARDING_OFF);
        changed("sysctl -qw net.ipv4.conf.fan-250.forwarding=0", Code.FORWARDING_OFF);
    }

    @Test
    void theDhcpServerIsKilled() {
        changed(KilledDhcpServer.COMMAND, Code.DHCP);
    }
}
