package io.fanatic.netlink.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.attach.HooksOfThisKernel;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.engine.Engine;
import io.fanatic.netlink.engine.FanPath;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host has for the packets of a tunnel comes and goes while a fan on the fast path is up, on a real kernel. */
class PassedByTest {
    private static final FanEntry FAST = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.45/16"));

    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    private Namespace host;

    @BeforeEach
    void makeTheHost() {
        host = namespaces.namespace();
        sh("ip link set lo up");
        sh("ip link add eth0 type veth peer name peer");
        sh("ip addr add 10.0.0.45/16 dev eth0");
        sh("ip link set eth0 up; ip link set peer up");
        up();
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
    }

    private void sh(String script) {
        FreshNamespace.exec(host, "sh", "-e", "-c", script);
    }

    private Plan up() {
        return host.call(() -> {
            try (LinuxKernel kernel = new LinuxKernel(directory, directory)) {
                return new Engine(kernel).up(FAST);
            }
        });
    }

    private FanPath path() {
        return host.call(() -> {
            try (LinuxKernel kernel = new LinuxKernel(directory, directory)) {
                Engine engine = new Engine(kernel);
                return engine.path(engine.list().get(0));
            }
        });
    }

    private void assertEnds(String script, String undo, String words) {
        sh(script);
        assertThat(path().fastBy()).as("before up").contains("eth0");
        assertThat(path().obstacle())
                .hasValueSatisfying(text -> assertThat(text).contains(words));
        up();
        assertThat(path().fastBy()).isEmpty();
        sh(undo);
        up();
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
    }

    @Test
    void anIpsecPolicy() {
        String policy = "src 10.0.0.0/16 dst 10.0.0.0/16 proto udp dport 8472 dir out";
        assertEnds(
                "ip xfrm policy add " + policy + " tmpl proto esp mode transport",
                "ip xfrm policy del " + policy,
                "IPsec policies exist");
    }

    /** Such as those of an encrypted fan beside it. */
    @Test
    void ipsecPoliciesForOtherPortsAndProtocolsAreNoObstacle() {
        sh("ip xfrm policy add src 10.0.0.0/16 dst 10.0.0.0/16 proto udp dport 8473 dir out action block;"
                + " ip xfrm policy add src 10.0.0.0/16 dst 10.0.0.0/16 proto tcp dport 8472 dir out action block");
        up();
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
    }

    @Test
    void anIpsecPolicyForEveryPort() {
        String policy = "src 10.0.0.0/16 dst 10.0.0.0/16 proto udp dir out";
        assertEnds(
                "ip xfrm policy add " + policy + " tmpl proto esp mode transport",
                "ip xfrm policy del " + policy,
                "IPsec policies exist");
    }

    @Test
    void ipsecThatBlocksWhatHasNoPolicy() {
        assertEnds(
                "ip xfrm policy setdefault out block", "ip xfrm policy setdefault out accept", "IPsec policies exist");
    }

    @Test
    void aPolicyRule() {
        assertEnds("ip rule add fwmark 1 table 7", "ip rule del fwmark 1", "the policy rule of priority 32765");
    }

    @Test
    void aRuleInsteadOfTheUsualOnes() {
        assertEnds(
                "ip rule add from all table 7 priority 32767; ip rule del table 253",
                "ip rule add table 253 priority 32767; ip rule del table 7",
                "the policy rule of priority 32767");
    }

    @ParameterizedTest
    @CsvSource({
        "ip, input, filter, udp dport 8472 drop",
        "ip, input, filter, drop",
        "ip, prerouting, filter, ip saddr 10.0.3.0/24 drop",
        "ip, prerouting, filter, udp dport 8000-9000 meta mark set 7",
        "inet, output, filter, oifname eth0 ct mark set 7",
        "inet, postrouting, filter, udp dport 53-8472 drop",
        "ip, output, filter, meta l4proto udp notrack",
        "ip, postrouting, filter, counter ip dscp set cs1",
        "ip, input, filter, udp sport 32768-60999 drop",
        "ip, input, filter, udp sport 1024-65535 udp dport 8472 drop",
        "inet, output, filter, udp sport != 53 drop",
        "ip, input, filter, th sport 40000 drop",
        "ip, input, filter, udp dport <= 8472 drop",
        "ip, input, filter, meta l4proto 1-20 drop",
        "ip, input, filter, quota until 25 mbytes accept; drop"
    })
    void aRuleThatItsPacketsMayMeet(String family, String hook, String type, String rule) {
        String chain = " { type " + type + " hook " + hook + " priority 0; " + rule + "; }; }'";
        assertEnds(
                "nft 'table " + family + " somebody { chain c" + chain,
                "nft delete table " + family + " somebody",
                "the firewall has a rule that its packets would not meet");
    }

    /** Its name makes no table ours: that does the comment of its rules. */
    @ParameterizedTest
    @ValueSource(strings = {"netdev fanatic", "inet fanatic", "inet fanatic-tunnel"})
    void aRuleOfATableThatIsCalledAsOurs(String table) {
        String hook = table.startsWith("netdev") ? "ingress device eth0" : "input";
        assertEnds(
                "nft 'table " + table + " { chain c { type filter hook " + hook
                        + " priority 0; udp dport 8472 drop; }; }'",
                "nft delete table " + table,
                "the firewall has a rule that its packets would not meet: " + table + " c: udp dport 8472 drop");
    }

    /** It goes with the next up, which would find no obstacle afterwards. */
    @Test
    void aRuleOfOthersInATableOfOursIsNoObstacle() {
        sh("nft add rule ip fanatic-tunnel prerouting udp dport 8472 drop");
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
        up();
        sh("! nft list table ip fanatic-tunnel | grep 8472.drop");
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
    }

    /** Where nobody can tell whether packets meet a rule, show says by which rule the fast path is off. */
    @ParameterizedTest
    @CsvSource({
        "fib daddr type unicast drop, fib drop",
        "udp dport & 0xff == 0x18 drop, udp dport drop",
        "udp sport 40000-50000 drop, udp sport 40000-50000 drop"
    })
    void aRuleThatIsNotUnderstood(String rule, String words) {
        assertEnds(
                "nft 'table ip somebody { chain c { type filter hook input priority 0; " + rule + "; }; }'",
                "nft delete table ip somebody",
                "the firewall has a rule that its packets would not meet: ip somebody c: " + words);
    }

    /** Such as EPERM; only a kernel that does not know the question has no programs to tell of. */
    @Test
    void programsThatCannotBeAskedForCount() {
        host.run(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open()) {
                assertThat(PassedBy.programs(socket, 4711, "gone", Set.of()))
                        .hasValueSatisfying(text -> assertThat(text).contains("gone", "cannot be read"));
            }
        });
    }

    @Test
    void aRuleOfTheDevicesOwn() {
        assertEnds(
                "nft 'table netdev somebody { chain c { type filter hook ingress device eth0 priority 0;"
                        + " udp dport 8472 drop; }; }'",
                "nft delete table netdev somebody",
                "the firewall has a rule that its packets would not meet");
    }

    @Test
    void aChainThatDropsByPolicy() {
        assertEnds(
                "nft 'table ip somebody { chain c { type filter hook input priority 0; policy drop; tcp dport 22 accept;"
                        + " }; }'",
                "nft delete table ip somebody",
                "has policy drop");
    }

    @Test
    void aRuleOfIptablesThatIsJumpedTo() {
        assertEnds(
                "iptables-nft -N deny; iptables-nft -A deny -j DROP; iptables-nft -A INPUT -m addrtype --dst-type LOCAL"
                        + " -j deny",
                "iptables-nft -F; iptables-nft -X",
                "ip filter deny: drop");
    }

    /** What Docker, libvirt and LXD have for their own networks is none of a tunnel's business. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "iptables-nft -t nat -N DOCKER; iptables-nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER;"
                        + " iptables-nft -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER;"
                        + " iptables-nft -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE;"
                        + " iptables-nft -t nat -A DOCKER -i docker0 -j RETURN;"
                        + " iptables-nft -t nat -A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to 172.17.0.2:80;"
                        + " iptables-nft -P FORWARD DROP",
                "nft 'table ip lxd { chain pstrt { type nat hook postrouting priority 100; ip saddr 10.7.0.0/24 ip daddr !="
                        + " 10.7.0.0/24 masquerade; }; chain in { type filter hook input priority 0; iifname lxdbr0 udp"
                        + " dport 53 accept; }; }'",
                "nft 'table inet f { chain in { type filter hook input priority 0; policy drop; udp dport 8472 accept; }; }'",
                "nft 'table inet f { chain in { type filter hook input priority 0; tcp dport 22 drop; iifname wlan0 drop; };"
                        + " }'",
                "nft 'table netdev f { chain in { type filter hook ingress device peer priority 0; drop; }; }'",
                "tc qdisc add dev peer clsact; tc filter add dev peer ingress protocol all bpf bytecode '1,6 0 0 0'",
                "ip route add 10.9.0.0/16 via 10.0.0.1"
            })
    void whatIsNoneOfItsBusinessIsNoObstacle(String script) {
        sh(script);
        up();
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
    }

    @Test
    void aFilterOfOthersForWhatTheDeviceReceives() {
        assertEnds(
                "tc qdisc replace dev eth0 clsact; tc filter add dev eth0 ingress protocol all prio 7 bpf bytecode '1,6 0 0 0'",
                "tc filter del dev eth0 ingress prio 7; tc qdisc del dev eth0 clsact",
                "others have programs or filters for what eth0 receives");
    }

    /** Somebody deletes the tunnel, and with it the record of the program on the underlay's device. */
    @Test
    void aProgramThatNoRecordKnowsIsFoundByItsNameAndRemoved() {
        sh("ip link del ftun-250");
        assertThat(programsOfTheCard()).hasSize(1);
        up();
        assertThat(programsOfTheCard()).hasSize(1);
        assertThat(path()).isEqualTo(new FanPath(Optional.of("eth0"), Optional.empty()));
        sh("ip link del ftun-250; ip link del fan-250");
        host.run(() -> {
            try (LinuxKernel kernel = new LinuxKernel(directory, directory)) {
                new Engine(kernel).downEverything();
            }
        });
        assertThat(programsOfTheCard()).isEmpty();
    }

    private List<Integer> programsOfTheCard() {
        return host.call(() -> {
            try (LinuxKernel kernel = new LinuxKernel(directory, directory)) {
                int card = kernel.index("eth0");
                return HooksOfThisKernel.with(hooks -> hooks.attached(card, Tcx.Hook.INGRESS));
            }
        });
    }

    @Test
    void aRouteThatEncapsulates() {
        assertEnds(
                "ip route add 10.0.9.0/24 encap ip id 7 dst 10.0.9.9 dev eth0",
                "ip route del 10.0.9.0/24",
                "the route to 10.0.9.0/24 encapsulates packets");
    }

    @Test
    void aRouteToAPartOfTheUnderlay() {
        assertEnds(
                "ip link add other type veth peer name behind; ip link set other up; ip route add 10.0.9.0/24 dev other",
                "ip link del other",
                "the route \"10.0.9.0/24 dev other\"");
    }
}
