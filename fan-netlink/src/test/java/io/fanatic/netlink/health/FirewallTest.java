package io.fanatic.netlink.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.firewall.FirewallWalk;
import io.fanatic.netlink.firewall.Globs;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FirewallTest {
    private static final String LIST = """
            {"nftables": [{"metainfo": {"version": "1.1.3"}},
             {"chain": {"family": "ip", "table": "t", "name": "c", "hook": "forward", "policy": "drop"}},
             {"chain": {"family": "ip", "table": "t", "name": "jumped"}},
             {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [
               {"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "fan-*"}},
               {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
                 "right": {"set": ["250.0.1.2", {"prefix": {"addr": "240.0.0.0", "len": 4}}]}}},
               {"counter": null}, {"drop": null}]}}]}""";

    @Test
    void chainsAndRulesAreReadWithWhatTheyCompare() {
        Firewall firewall = Firewall.parse(LIST);
        assertThat(firewall.chains())
                .containsExactly(
                        new Firewall.Chain("ip", "t", "c", "forward", "drop", "", List.of(), 0),
                        new Firewall.Chain("ip", "t", "jumped", "", "", "", List.of(), 0));
        assertThat(firewall.rules())
                .singleElement()
                .hasToString("ip t c: iifname != fan-* ip daddr { 250.0.1.2, 240.0.0.0/4 } drop");
        assertThat(firewall.rules().get(0).matches().get(1).networks()).hasToString("[250.0.1.2/32, 240.0.0.0/4]");
    }

    /** As the fan's own table and many firewalls drop it; packets of connections are none of these. */
    @Test
    void whatDropsInvalidPacketsDropsNoneThatIsLookedFor() {
        FirewallWalk.Packet answer = new FirewallWalk.Packet(
                Optional.of("fan-250"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                false);
        for (String state : List.of("invalid", "established")) {
            Firewall firewall = Firewall.parse("""
                    {"nftables": [
                     {"chain": {"family": "ip", "table": "t", "name": "c", "hook": "forward", "policy": "accept"}},
                     {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [
                       {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "STATE"}},
                       {"drop": null}]}}]}""".replace("STATE", state));
            FirewallWalk walk = new FirewallWalk(firewall, answer);
            assertThat(walk.through(firewall.chains().get(0)).hits())
                    .as(state)
                    .hasSize(state.equals("invalid") ? 0 : 1);
        }
    }

    /** The doctor says what is dropped for certain: a tunnel's packets come from the ports that Linux gives to clients. */
    @Test
    void aSourcePortDecidesNothingWhereTunnelsMaySendFromItAndIsNoneOfTheirsElsewhere() {
        FirewallWalk.Packet tunnel = new FirewallWalk.Packet(
                Optional.of("eth0"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("udp"),
                OptionalInt.of(8472),
                true);
        for (String ports : List.of("53", "{\"range\": [1024, 65535]}")) {
            Firewall firewall = Firewall.parse("""
                    {"nftables": [
                     {"chain": {"family": "ip", "table": "t", "name": "c", "hook": "input", "policy": "drop"}},
                     {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [
                       {"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "sport"}},
                         "right": PORTS}},
                       {"accept": null}]}}]}""".replace("PORTS", ports));
            assertThat(new FirewallWalk(firewall, tunnel)
                            .through(firewall.chains().get(0))
                            .accepts())
                    .as(ports)
                    .isEqualTo(!ports.equals("53"));
        }
    }

    @Test
    void whatIsNotNftablesJsonIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Firewall.parse("{}"));
        assertThatIllegalArgumentException().isThrownBy(() -> Firewall.parse("nonsense"));
        assertThatIllegalArgumentException().isThrownBy(() -> Firewall.parse("{\"nftables\": [1]}"));
    }

    @Test
    void anAsteriskStandsForAnything() {
        assertThat(Globs.matches("fan-*", "fan-250")).isTrue();
        assertThat(Globs.matches("*", "x")).isTrue();
        assertThat(Globs.matches("f*-*0", "fan-250")).isTrue();
        assertThat(Globs.matches("fan-*", "xfan-250")).isFalse();
        assertThat(Globs.matches("fan-25*50", "fan-250")).isFalse();
        assertThat(Globs.matches("fan", "fan-250")).isFalse();
    }
}
