package io.fanatic.netlink.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.firewall.Iptables.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

class IptablesTest {

    @Test
    void rulesOfOursAndOfOthersAreToldApart() {
        Iptables.Forward forward = Iptables.parse(
                Backend.NFT,
                List.of(
                        "-P INPUT ACCEPT",
                        "-P FORWARD DROP",
                        "-N DOCKER-USER",
                        "-A FORWARD -j DOCKER-USER",
                        "-A FORWARD -i br0 -o br0 -j ACCEPT",
                        "-A FORWARD -i br1 ! -o br1 -j ACCEPT",
                        "-A DOCKER-FORWARD -i br2 -j ACCEPT",
                        "-A FORWARD -i fan-250 -o eth0 -m comment --comment fanatic-out -j ACCEPT",
                        "-A FORWARD -i eth0 -o fan-250 -m conntrack --ctstate RELATED,ESTABLISHED -m comment"
                                + " --comment fanatic-out -j ACCEPT",
                        "-A FORWARD -i eth1 -o fan-250 -m comment --comment fanatic-in -j ACCEPT",
                        "-A DOCKER-USER -i ftun0 -o fan-250 -m comment --comment fanatic -j ACCEPT",
                        "-A DOCKER-USER -i ftun0 -o fan-251 -m comment --comment somebody -j ACCEPT",
                        "-A DOCKER-USER -i ftun0 -o fan-252 -m comment --comment fanatic -j DROP"));

        assertThat(forward.drops()).isTrue();
        assertThat(forward.chain()).isEqualTo("DOCKER-USER");
        assertThat(forward.ours())
                .containsExactly(
                        Iptables.AcceptRule.outside(Backend.NFT, "fan-250", "eth0", Iptables.Traffic.OUT),
                        Iptables.AcceptRule.outside(Backend.NFT, "eth0", "fan-250", Iptables.Traffic.ANSWERS),
                        new Iptables.AcceptRule(Backend.NFT, "DOCKER-USER", "ftun0", "fan-250"));
        assertThat(forward.others()).containsExactly("br0", "br2");
        assertThat(forward.leaving()).containsExactly("br1", "br2");
    }

    @Test
    void withoutDockerRulesBelongToForwardAndNothingIsReadWhereNobodyHasRules() {
        Iptables.Forward forward = Iptables.parse(Backend.LEGACY, List.of("-P FORWARD ACCEPT"));
        assertThat(forward.drops()).isFalse();
        assertThat(forward.chain()).isEqualTo("FORWARD");
        assertThat(Iptables.read("table ip nat\ntable ip filters\n"))
                .extracting(Iptables.Forward::backend)
                .doesNotContain(Backend.NFT);
    }
}
