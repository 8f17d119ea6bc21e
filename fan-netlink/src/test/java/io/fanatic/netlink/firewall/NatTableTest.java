package io.fanatic.netlink.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.firewall.NatTable.Entry;
import io.fanatic.netlink.firewall.OwnTable.Observed;
import io.fanatic.netlink.firewall.OwnTable.State;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NatTableTest {
    private static final Entry FIRST = new Entry(Ipv4Prefix.parse("250.0.45.0/24"), Ipv4Prefix.parse("250.0.0.0/8"));
    private static final Entry SECOND = new Entry(Ipv4Prefix.parse("240.3.0.0/16"), Ipv4Prefix.parse("240.0.0.0/4"));

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    Nftables nftables;
    NatTable nat;

    @BeforeEach
    void openTable() {
        nftables = inside.call(Nftables::open);
        nat = new NatTable(nftables, IpFamily.IPV4);
    }

    @AfterEach
    void closeTable() {
        nftables.close();
    }

    @Test
    void whatIsWrittenIsReadAndReplacedWhole() {
        assertThat(nat.observe()).isEqualTo(new Observed<>(State.ABSENT, List.of()));
        nat.write(List.of(FIRST));
        assertThat(nat.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(FIRST)));
        nat.write(List.of(FIRST, SECOND));
        assertThat(nat.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(FIRST, SECOND)));
        nat.write(List.of(SECOND));
        assertThat(nat.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(SECOND)));

        assertThat(inside.sh("nft list ruleset"))
                .contains("ip saddr 240.3.0.0/16 ip daddr != 240.0.0.0/4 masquerade fully-random")
                .contains("ip saddr 240.3.0.0/16 ip daddr != 240.0.0.0/4 ct state invalid counter")
                .contains("ip daddr { 224.0.0.0/4, 255.255.255.255 } accept")
                .doesNotContain("250.0.45");
    }

    @Test
    void whatWasWrittenIsReadAndHasWords() {
        assertThat(nat.read()).isEmpty();
        nat.write(List.of(FIRST));

        assertThat(nat.read()).containsExactly(FIRST);
        assertThat(FIRST).hasToString("250.0.45.0/24 to outside 250.0.0.0/8");
    }

    @Test
    void withoutSlicesThereIsNoTable() {
        nat.write(List.of());
        assertThat(inside.sh("nft list ruleset")).isEmpty();
        nat.write(List.of(FIRST));
        nat.write(List.of());
        assertThat(inside.sh("nft list ruleset")).isEmpty();
    }

    @Test
    void aTableOfSomebodyElseIsNamedAndLeftAlone() {
        inside.sh("nft add table ip fanatic");
        inside.sh("nft add chain ip fanatic theirs");
        String before = inside.sh("nft list ruleset");

        assertThat(nat.observe().state()).isEqualTo(State.FOREIGN);
        for (List<Entry> entries : List.of(List.of(FIRST), List.<Entry>of())) {
            assertThatThrownBy(() -> nat.write(entries))
                    .isInstanceOf(FirewallException.class)
                    .hasMessageContaining("ip fanatic");
        }
        assertThat(inside.sh("nft list ruleset")).isEqualTo(before);
    }

    @Test
    void aChainBehindOthersIsNotWhereItShouldBe() {
        nat.write(List.of(FIRST));
        FreshNamespace.exec(
                inside.namespace(),
                "sh",
                "-c",
                "nft list table ip fanatic | sed 's/priority [^;]*;/priority 7;/' | (t=$(cat); nft delete table ip fanatic;"
                        + " echo \"$t\" | nft -f -)");
        assertThat(nat.read()).contains(Entry.OTHER);
        nat.write(List.of(FIRST, Entry.OTHER));
        assertThat(nat.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(FIRST)));
    }

    @Test
    void anyChangeByHandIsSeenAndRepaired() {
        String[] changes = {
            "add rule ip fanatic postrouting counter",
            "insert rule ip fanatic postrouting ip saddr 250.0.45.0/24 masquerade",
            "add rule ip fanatic postrouting ip saddr 250.0.45.0/24 ip daddr != 250.0.0.0/8 masquerade fully-random",
            "flush chain ip fanatic postrouting",
            "flush chain ip fanatic invalid",
            "insert rule ip fanatic invalid ip daddr 10.0.0.9 accept",
            "add chain ip fanatic other",
            "add set ip fanatic other { type ipv4_addr; }",
            "add chain ip fanatic postrouting { policy drop; }",
            "add chain ip fanatic invalid { policy drop; }",
            "add table ip fanatic { flags dormant; }",
        };
        for (String change : changes) {
            nat.write(List.of(FIRST));
            nftables.run(change);
            assertThat(nat.observe().state()).as(change).isEqualTo(State.CHANGED);
            assertThat(nat.read()).as(change).contains(Entry.OTHER);
            nat.write(List.of(FIRST, Entry.OTHER));
            assertThat(nat.observe()).as(change).isEqualTo(new Observed<>(State.INTACT, List.of(FIRST)));
        }
    }

    @Test
    void checkingChangesNothing() {
        nftables.check("add table ip fanatic");

        assertThat(nat.observe().state()).isEqualTo(State.ABSENT);
        assertThatThrownBy(() -> nftables.check("add rule ip nosuch chain accept"))
                .isInstanceOf(FirewallException.class);
    }

    @Test
    void oneRefusedCommandUndoesTheWholeCall() {
        assertThatThrownBy(() -> nftables.run("add table ip one\nadd rule ip one nosuch accept"))
                .isInstanceOf(FirewallException.class)
                .hasMessageContaining("No such file or directory");

        assertThat(inside.sh("nft list ruleset")).isEmpty();
        nftables.run("add table ip two");
        assertThat(nftables.run("list tables")).isEqualTo("table ip two\n");
    }

    @Test
    void aHandleStaysInTheNamespaceInWhichItWasOpened() {
        Namespace other = inside.another();

        other.run(() -> nftables.run("add table ip made_elsewhere"));

        assertThat(inside.sh("nft list tables")).contains("made_elsewhere");
        assertThat(FreshNamespace.shIn(other, "nft list tables")).isEmpty();
    }

    /**
     * <pre>
     *   container 250.0.45.2/8 -- 250.0.45.1/8 host 192.0.2.1/24 -- 192.0.2.2/24 outside, also 250.0.8.1
     * </pre>
     *
     * The outside has no way back to the slice, so that only packets with the host's address are answered.
     */
    @Test
    void packetsLeavingTheOverlayAreMasqueradedAndPacketsInsideItAreNot() {
        Namespace container = inside.another();
        Namespace outside = inside.another();
        for (String command : List.of(
                "ip link add c0 type veth peer name eth0 netns " + name(container),
                "ip link add u0 type veth peer name eth0 netns " + name(outside),
                "ip addr add 250.0.45.1/8 dev c0",
                "ip addr add 192.0.2.1/24 dev u0",
                "ip link set c0 up",
                "ip link set u0 up",
                "ip route add 250.0.8.1 via 192.0.2.2",
                "sysctl -q -w net.ipv4.ip_forward=1")) {
            inside.sh(command);
        }
        FreshNamespace.shIn(container, "ip addr add 250.0.45.2/8 dev eth0");
        FreshNamespace.shIn(container, "ip link set eth0 up");
        FreshNamespace.shIn(container, "ip route add default via 250.0.45.1");
        FreshNamespace.shIn(container, "ip route add 250.0.8.1 via 250.0.45.1");
        FreshNamespace.shIn(outside, "ip addr add 192.0.2.2/24 dev eth0");
        FreshNamespace.shIn(outside, "ip addr add 250.0.8.1/32 dev eth0");
        FreshNamespace.shIn(outside, "ip link set eth0 up");

        assertThat(ping(container, "192.0.2.2")).isFalse();
        nat.write(List.of(FIRST));
        assertThat(ping(container, "192.0.2.2")).isTrue();
        assertThat(ping(container, "250.0.8.1")).isFalse();
        FreshNamespace.shIn(outside, "ip route add 250.0.45.0/24 via 192.0.2.1");
        assertThat(ping(container, "250.0.8.1")).isTrue();
    }

    private static String name(Namespace namespace) {
        return namespace.network().getFileName().toString();
    }

    private static boolean ping(Namespace namespace, String address) {
        try {
            FreshNamespace.shIn(namespace, "ping -c 1 -W 1 " + address);
            return true;
        } catch (AssertionError unanswered) {
            return false;
        }
    }

    @Test
    void theRestOfTheRulesStays() {
        inside.sh("nft add table ip other");
        nat.write(List.of(FIRST));
        nat.write(List.of());

        assertThat(inside.sh("nft list ruleset")).isEqualTo("table ip other {\n}\n");
    }

    @Test
    void withoutTheLibraryTheExceptionNamesThePackage() {
        assertThatThrownBy(() -> Nftables.load("libnftables.so.99"))
                .isInstanceOf(FirewallException.class)
                .hasMessageContaining("libnftables1");
    }

    @Test
    void aClosedHandleSaysSo() {
        nftables.close();

        assertThatThrownBy(() -> nftables.run("list tables"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
