package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IpsecPoliciesTest {
    private static final BlockPolicy OUT = new BlockPolicy(false, Ipv4Prefix.parse("10.0.0.0/16"), 8472);
    private static final BlockPolicy IN = new BlockPolicy(true, Ipv4Prefix.parse("0.0.0.0/0"), 8472);

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @BeforeEach
    void thereIsIpsec() {
        assumeTrue(hasIpsec(), "this kernel has no IPsec");
    }

    private static boolean hasIpsec() {
        try {
            NetlinkSocket.openXfrm().close();
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private String shell(String script) {
        return FreshNamespace.exec(inside.namespace(), "sh", "-c", script);
    }

    private List<BlockPolicy> blocking() {
        return inside.namespace().call(IpsecPolicies::blocking);
    }

    private void add(BlockPolicy policy) {
        inside.namespace().run(() -> IpsecPolicies.add(policy));
    }

    private void remove(BlockPolicy policy) {
        inside.namespace().run(() -> IpsecPolicies.remove(policy));
    }

    @Test
    void policiesAreAddedListedAndRemoved() {
        assertThat(blocking()).isEmpty();
        for (int i = 0; i < 2; i++) {
            add(OUT);
            add(IN);
        }
        assertThat(blocking()).containsExactlyInAnyOrder(OUT, IN);
        assertThat(inside.namespace().call(IpsecPolicies::exist)).isTrue();
        assertThat(inside.sh("ip xfrm policy"))
                .contains("src 0.0.0.0/0 dst 10.0.0.0/16 proto udp dport 8472", "dir out action block priority 250")
                .contains("src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 8472", "dir in action block priority 250");
        remove(OUT);
        remove(OUT);
        assertThat(blocking()).containsExactly(IN);
        remove(IN);
        assertThat(inside.sh("ip xfrm policy")).isEmpty();
    }

    @Test
    void policiesOfOthersAreNotOurs() {
        shell(
                "ip xfrm policy add dir out src 0.0.0.0/0 dst 10.0.0.0/16 proto udp dport 8472 action block priority 9"
                        + " && ip xfrm policy add dir out src 0.0.0.0/0 dst 10.1.0.0/16 proto tcp dport 80 action block priority 250"
                        + " && ip xfrm policy add dir out src 0.0.0.0/0 dst 10.2.0.0/16 proto udp dport 80 action allow priority 250"
                        + " && ip xfrm policy add dir fwd src 0.0.0.0/0 dst 10.3.0.0/16 proto udp dport 80 action block priority 250");
        assertThat(blocking()).isEmpty();
        assertThat(inside.namespace().call(IpsecPolicies::encryptedPorts)).isEmpty();
        shell("ip xfrm policy add dir out src 10.0.0.1/32 dst 10.0.0.0/16 proto udp dport 4789 priority 1"
                + " tmpl proto esp mode transport");
        assertThat(inside.namespace().call(IpsecPolicies::encryptedPorts)).containsExactly(4789);
    }

    @Test
    void nothingPassesWhatIsBlocked() {
        shell("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up"
                + " && ip addr add 10.0.0.1/16 dev v0 && ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0");
        String send = "timeout 5 socat -u - UDP-SENDTO:10.0.0.9:8472 </etc/hostname";
        shell(send);
        add(OUT);
        assertThatThrownBy(() -> shell(send)).hasMessageContaining("not permitted");
        remove(OUT);
        shell(send);
    }
}
