package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv6MappingTest {

    private static OverlayMapping mapping(String overlay, String underlay) {
        return OverlayMapping.of(Prefix.parse(overlay), Ipv4Prefix.parse(underlay));
    }

    /** Every shape that leaves a /64, at random places of the address space. */
    @Provide
    Arbitrary<Ipv6Mapping> fans() {
        return Arbitraries.integers()
                .between(2, 30)
                .flatMap(u -> Combinators.combine(
                                Arbitraries.integers().between(8, 64 - (32 - u)),
                                Arbitraries.longs(),
                                Arbitraries.integers(),
                                Arbitraries.of(true, false))
                        .as((o, high, low, local) -> {
                            long bits =
                                    local ? high & 0x01ffffffffffffffL | 0xfcL << 56 : high & ~(7L << 61) | 1L << 61;
                            return new Ipv6Mapping(
                                    Ipv6Prefix.containing(new Ipv6Address(bits, 0), o),
                                    Ipv4Prefix.containing(Ipv4Address.of(low), u));
                        }));
    }

    @Property
    void theOwnerOfEveryAddressOfASliceIsItsHost(
            @ForAll("fans") Ipv6Mapping fan, @ForAll int place, @ForAll long container) {
        Ipv4Address host = LegalFans.hostAt(fan.underlay(), place);
        Ipv6Prefix slice = fan.sliceOf(host);
        assertThat(slice.prefixLength()).isEqualTo(64);
        assertThat(fan.overlay().contains(slice)).isTrue();
        Ipv6Address address = new Ipv6Address(slice.network().high(), container);
        assertThat(fan.ownerOf(address)).isEqualTo(host);
        assertThat(fan.ownerOf(fan.hostAddressOf(host))).isEqualTo(host);
        assertThat(slice.contains(fan.hostAddressOf(host))).isTrue();
    }

    @Property
    void twoHostsNeverShareASlice(@ForAll("fans") Ipv6Mapping fan, @ForAll int one, @ForAll int other) {
        Ipv4Address first = LegalFans.hostAt(fan.underlay(), one);
        Ipv4Address second = LegalFans.hostAt(fan.underlay(), other);
        assertThat(fan.sliceOf(first).overlaps(fan.sliceOf(second))).isEqualTo(first.equals(second));
    }

    /** Whatever has an owner lies in that owner's slice; the rest is refused. */
    @Property
    void anAddressOfTheOverlayHasOneOwnerOrNone(@ForAll("fans") Ipv6Mapping fan, @ForAll long high, @ForAll long low) {
        long hostPart = high & ~(-1L << (64 - fan.overlay().prefixLength()));
        Ipv6Address address = new Ipv6Address(fan.overlay().network().high() | hostPart, low);
        try {
            assertThat(fan.sliceOf(fan.ownerOf(address)).contains(address)).isTrue();
        } catch (IllegalArgumentException nobodys) {
            assertThat(nobodys).hasMessageContaining(" is nobody's: ");
        }
    }

    /** The second is the arithmetic of RFC 5969 section 4: 32 bits of prefix, 24 of the address. */
    @ParameterizedTest
    @CsvSource({
        "fd00:fa::/48,   10.0.0.0/16,     10.0.0.45,     fd00:fa:0:2d::/64,        fd00:fa:0:2d::1",
        "2001:db8::/32,  10.0.0.0/8,      10.100.100.1,  2001:db8:6464:100::/64,   2001:db8:6464:100::1",
        "fd00:fa::/48,   192.168.7.0/24,  192.168.7.9,   fd00:fa:0:900::/64,       fd00:fa:0:900::1",
        "fd00:fa::/40,   10.0.0.0/8,      10.1.2.3,      fd00:fa:1:203::/64,       fd00:fa:1:203::1",
        "fd00:fa::/56,   192.168.7.0/24,  192.168.7.254, fd00:fa:0:fe::/64,        fd00:fa:0:fe::1",
        "fd00::/64,      10.0.0.45/32,    10.0.0.45,     fd00::/64,                fd00::1"
    })
    void examples(String overlay, String underlay, String host, String slice, String hostAddress) {
        OverlayMapping fan = mapping(overlay, underlay);
        assertThat(fan.sliceOf(Ipv4Address.parse(host))).hasToString(slice);
        assertThat(fan.hostAddressOf(Ipv4Address.parse(host))).hasToString(hostAddress);
        assertThat(fan.ownerOf(IpAddress.parse(hostAddress))).hasToString(host);
        assertThat(fan).hasToString(overlay + " over " + underlay).isEqualTo(mapping(overlay, underlay));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fd00:fa::/48 | 10.0.0.0/8 | overlay fd00:fa::/48 over a /8 underlay leaves each host a /72, and a container needs a"
                        + " /64; choose an overlay with a prefix of at most /40",
                "fe80::/48 | 10.0.0.0/16 | overlay fe80::/48 is neither unique local (fc00::/7) nor global unicast (2000::/3); choose"
                        + " one such as fd00:fa::/48",
                "::/8 | 10.0.0.0/16 | overlay ::/8 is neither unique local (fc00::/7) nor global unicast (2000::/3); choose one such"
                        + " as fd00:fa::/48",
            })
    void whatCannotWorkIsRefusedWithWords(String overlay, String underlay, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mapping(overlay, underlay))
                .withMessage(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fd00:fb::1 | fd00:fb::1 is not in the overlay fd00:fa::/48",
                "250.0.45.1 | 250.0.45.1 is not in the overlay fd00:fa::/48",
                "fd00:fa::1 | fd00:fa::1 is nobody's: it would belong to 192.168.7.0, the network address of the underlay"
                        + " 192.168.7.0/24",
                "fd00:fa:0:ff00::1 | fd00:fa:0:ff00::1 is nobody's: it would belong to 192.168.7.255, the broadcast address of the"
                        + " underlay 192.168.7.0/24",
                "fd00:fa:0:901::1 | fd00:fa:0:901::1 is nobody's: the slices of fd00:fa::/48 over 192.168.7.0/24 are /64 with zeros"
                        + " between bit 56 and 64, and its owner would be 192.168.7.9",
            })
    void anAddressOfNobodyIsRefusedWithWords(String address, String sentence) {
        OverlayMapping fan = mapping("fd00:fa::/48", "192.168.7.0/24");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fan.ownerOf(IpAddress.parse(address)))
                .withMessage(sentence);
    }

    @Test
    void onlyHostsOfTheUnderlayHaveASlice() {
        OverlayMapping fan = mapping("fd00:fa::/48", "10.0.0.0/16");
        for (String address : new String[] {"10.0.0.0", "10.0.255.255", "10.1.0.1"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> fan.sliceOf(Ipv4Address.parse(address)));
        }
    }

    /** The same questions have the same answers as those of IPv4 alone. */
    @Test
    void anIpv4OverlayAnswersTheSameQuestions() {
        OverlayMapping fan = mapping("250.0.0.0/8", "10.0.0.0/16");
        Ipv4Address host = Ipv4Address.parse("10.0.0.45");
        assertThat(fan.sliceOf(host)).isEqualTo(Ipv4Prefix.parse("250.0.45.0/24"));
        assertThat(fan.hostAddressOf(host)).isEqualTo(Ipv4Address.parse("250.0.45.1"));
        assertThat(fan.ownerOf(IpAddress.parse("250.0.45.9"))).isEqualTo(host);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fan.ownerOf(IpAddress.parse("fd00:fa::1")))
                .withMessage("fd00:fa::1 is not in the overlay 250.0.0.0/8");
        Set<Prefix> slices = new HashSet<>();
        for (int i = 1; i < 255; i++) {
            slices.add(fan.sliceOf(Ipv4Address.parse("10.0.7." + i)));
        }
        assertThat(slices).hasSize(254);
    }
}
