package io.fanatic.netlink.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a name means, by its form alone. */
class FanZoneTest {
    private final FanZone zone = zone("250.0.0.0/8", "10.0.0.0/16", "10.0.0.1", true);

    private static FanZone zone(String overlay, String underlay, String own, boolean only) {
        FanMapping mapping = FanMapping.of(Ipv4Prefix.parse(overlay), Ipv4Prefix.parse(underlay));
        return new FanZone(mapping, Optional.empty(), List.of(mapping.slice(Ipv4Address.parse(own))), only);
    }

    private static FanZone dual(String overlay6) {
        FanZone zone = zone("250.0.0.0/8", "10.0.0.0/16", "10.0.0.1", true);
        Ipv6Mapping ipv6 =
                new Ipv6Mapping(Ipv6Prefix.parse(overlay6), zone.mapping().underlay());
        return new FanZone(zone.mapping(), Optional.of(ipv6), zone.own(), true);
    }

    @Test
    void theLabelBeforeTheZoneIsTheHostAndEverythingBeforeItTheContainer() {
        assertThat(zone.target("web.h2.fan-250.internal")).contains(new Target.OnHost(zone, "web", "h2"));
        assertThat(zone.target("a.b_c.h2.fan.internal")).contains(new Target.OnHost(zone, "a.b_c", "h2"));
        assertThat(zone.target("h2.fan-250.internal")).contains(new Target.OnHost(zone, "", "h2"));
        assertThat(zone.target("fan-250.internal")).contains(new Target.Apex(zone));
        for (String other : List.of("", "internal", "xfan.internal", "fan-251.internal", "h2.example.org")) {
            assertThat(zone.target(other)).as(other).isEmpty();
        }
    }

    @Test
    void theShortNameBelongsToTheOnlyFanOfAHost() {
        FanZone oneOfTwo = zone("250.0.0.0/8", "10.0.0.0/16", "10.0.0.1", false);
        assertThat(oneOfTwo.target("web.h2.fan.internal")).isEmpty();
        assertThat(oneOfTwo.names()).containsExactly("fan-250.internal");
    }

    @Test
    void aLiteralNamesAHostOfTheUnderlayAndNothingElse() {
        assertThat(zone.literal("10-0-0-2").map(FanSlice::cidr)).contains(Ipv4Prefix.parse("250.0.2.0/24"));
        for (String none :
                List.of("10-1-0-2", "10-0-0-0", "10-0-255-255", "10-0-0", "h2", "10.0.0.2", "", "-1", "010-0-0-2")) {
            assertThat(zone.literal(none)).as(none).isEmpty();
        }
    }

    @Test
    void anAddressOfTheOverlayIsAskedForBackwards() {
        assertThat(zone.target("5.2.0.250.in-addr.arpa"))
                .contains(new Target.Address(zone, Ipv4Address.parse("250.0.2.5")));
        assertThat(ReverseTree.name(Ipv4Address.parse("250.0.2.5"))).isEqualTo("5.2.0.250.in-addr.arpa");
        assertThat(zone.target("2.0.250.in-addr.arpa")).contains(new Target.Above(zone));
        assertThat(zone.target("250.in-addr.arpa")).contains(new Target.Above(zone));
        assertThat(zone.target("x.5.2.0.250.in-addr.arpa")).contains(new Target.Nowhere(zone));
        assertThat(zone.target("256.2.0.250.in-addr.arpa")).contains(new Target.Nowhere(zone));
        for (String other : List.of("in-addr.arpa", "5.2.0.251.in-addr.arpa", "10.in-addr.arpa", "x.in-addr.arpa")) {
            assertThat(zone.target(other)).as(other).isEmpty();
        }
    }

    @Test
    void aPrefixInsideAnOctetHasAReverseZoneForEachValueOfIt() {
        FanZone wide = zone("250.64.0.0/10", "10.0.0.0/18", "10.0.0.1", true);
        assertThat(wide.reverseNames())
                .hasSize(64)
                .startsWith("64.250.in-addr.arpa")
                .endsWith("127.250.in-addr.arpa");
        assertThat(wide.target("250.in-addr.arpa")).as("not ours alone").isEmpty();
        assertThat(zone.reverseNames()).containsExactly("250.in-addr.arpa");
    }

    @Test
    void anAddressOfAnIpv6OverlayIsAskedForBackwardsByItsFourBits() {
        FanZone dual = dual("fd00:fa::/48");
        Ipv6Address container = Ipv6Address.parse("fd00:fa:0:2::5a");
        String name = "a.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.0.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa";
        assertThat(ReverseTree.name(container)).isEqualTo(name);
        assertThat(dual.target(name)).contains(new Target.Address(dual, container));
        assertThat(dual.target("0.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa")).contains(new Target.Above(dual));
        assertThat(dual.target("x." + name)).contains(new Target.Nowhere(dual));
        assertThat(dual.target("10" + name.substring(1))).contains(new Target.Nowhere(dual));
        for (String other : List.of(
                "ip6.arpa", "d.f.ip6.arpa", "0.0.a.f.0.0.0.0.d.f.ip6.arpa", "0.0.0.1.a.f.0.0.0.0.d.f.ip6.arpa")) {
            assertThat(dual.target(other)).as(other).isEmpty();
        }
        assertThat(zone.target(name)).as("of a fan of IPv4 alone").isEmpty();
        assertThat(dual.reverseNames()).containsExactly("250.in-addr.arpa", "0.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa");
        assertThat(dual("fd00:fa::/46").reverseNames())
                .endsWith(
                        "0.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa",
                        "1.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa",
                        "2.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa",
                        "3.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa")
                .hasSize(5);
    }

    @Test
    void whoOwnsAnAddressOfAnIpv6OverlayIsArithmeticToo() {
        FanZone wide = dual("fd00:fa::/40");
        assertThat(wide.owner(Ipv6Address.parse("fd00:fa:0:200::5")).map(FanSlice::underlayAddress))
                .isEqualTo(Optional.of(Ipv4Address.parse("10.0.0.2")));
        for (String nobodys : List.of("fd00:fa:0:201::5", "fd00:fa::5", "fd00:fb:0:200::5", "fd01:fa:0:200::5")) {
            assertThat(wide.owner(Ipv6Address.parse(nobodys))).as(nobodys).isEmpty();
        }
        assertThat(zone.owner(Ipv6Address.parse("fd00:fa:0:2::5"))).isEmpty();
        assertThat(wide.isInOwnSlice(Ipv6Address.parse("fd00:fa:0:100::5"))).isTrue();
        assertThat(wide.isInOwnSlice(Ipv6Address.parse("fd00:fa:0:200::5"))).isFalse();
    }

    @Test
    void whoOwnsAnAddressIsArithmetic() {
        assertThat(zone.owner(Ipv4Address.parse("250.0.2.5")).map(FanSlice::underlayAddress))
                .isEqualTo(Optional.of(Ipv4Address.parse("10.0.0.2")));
        assertThat(zone.owner(Ipv4Address.parse("250.0.0.5")))
                .as("the underlay's network address")
                .isEmpty();
        assertThat(zone.isInOwnSlice(Ipv4Address.parse("250.0.1.77"))).isTrue();
        assertThat(zone.isInOwnSlice(Ipv4Address.parse("250.0.2.77"))).isFalse();
    }
}
