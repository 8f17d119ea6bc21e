package io.fanatic.netlink.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** An ifalias is the mark that it says, and the mark is that ifalias. */
class LabelPropertyTest {
    private static Arbitrary<String> addresses() {
        return Arbitraries.integers().map(bits -> Ipv4Address.of(bits).toString());
    }

    private static Arbitrary<String> fans() {
        Arbitrary<Integer> octets = Arbitraries.integers().between(240, 254);
        return Combinators.combine(
                        octets, Arbitraries.integers(), Arbitraries.integers().between(10, 30))
                .as((octet, bits, length) -> FanMapping.of(
                        Ipv4Prefix.parse(octet + ".0.0.0/8"),
                        Ipv4Prefix.containing(Ipv4Address.of(bits & 0x7fffffff), length)))
                .map(fan -> fan.overlay() + " " + fan.underlay());
    }

    @Provide
    Arbitrary<String> aliases() {
        Arbitrary<String> dhcp =
                addresses().list().ofMaxSize(8).map(all -> all.isEmpty() ? "" : " dhcp " + String.join(",", all));
        return Combinators.combine(
                        fans(),
                        Arbitraries.integers().between(0, 0xffffff),
                        Arbitraries.integers().between(1, 0xffff),
                        addresses(),
                        dhcp)
                .as((fan, vni, port, id, rest) ->
                        "fanatic " + fan + " vni " + vni + " port " + port + " id " + id + rest);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void everyAliasOfOursReadsBack(@ForAll("aliases") String alias) {
        assertThat(Label.isOurs(alias)).isTrue();
        assertThat(Label.parse(alias).map(Label::toString)).contains(alias);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anAliasThatIsCutShortOrGoesOnIsNone(@ForAll("aliases") String alias, @ForAll("cut") int cut) {
        String[] words = alias.split(" ");
        int left = 1 + Math.floorMod(cut, words.length - 1);
        String shorter = String.join(" ", List.of(words).subList(0, left));
        // Without its dhcp it is a mark again, of a tunnel.
        assertThat(Label.parse(shorter).isPresent()).isEqualTo(left == 9);
        assertThat(Label.parse(alias + " nonsense")).isEmpty();
    }

    @Provide
    Arbitrary<Integer> cut() {
        return Arbitraries.integers();
    }
}
