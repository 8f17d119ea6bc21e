package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv6PrefixTest {

    private static BigInteger number(Ipv6Address address) {
        return new BigInteger(1, address.octets());
    }

    @Property
    void aNetworkContainsWhatHasItsFirstBits(
            @ForAll long high,
            @ForAll long low,
            @ForAll @IntRange(max = 128) int length,
            @ForAll @IntRange(max = 127) int bit) {
        Ipv6Address address = new Ipv6Address(high, low);
        Ipv6Prefix prefix = Ipv6Prefix.containing(address, length);
        assertThat(prefix.contains(address)).isTrue();
        Ipv6Address changed = bit < 64
                ? new Ipv6Address(high ^ 1L << (63 - bit), low)
                : new Ipv6Address(high, low ^ 1L << (127 - bit));
        assertThat(prefix.contains(changed)).isEqualTo(bit >= length);
        assertThat(number(prefix.last()).subtract(number(prefix.network())).add(BigInteger.ONE))
                .isEqualTo(BigInteger.ONE.shiftLeft(128 - length));
    }

    @Property
    void theTextReadsBack(@ForAll long high, @ForAll long low, @ForAll @IntRange(max = 128) int length) {
        Ipv6Prefix prefix = Ipv6Prefix.containing(new Ipv6Address(high, low), length);
        assertThat(Prefix.parse(prefix.toString())).isEqualTo(prefix).hasSameHashCodeAs(prefix);
    }

    @Property
    void twoOverlapWhenOneContainsTheOther(
            @ForAll long high,
            @ForAll @IntRange(max = 63) int bit,
            @ForAll @IntRange(max = 128) int one,
            @ForAll @IntRange(max = 128) int other) {
        Ipv6Prefix first = Ipv6Prefix.containing(new Ipv6Address(high, 7), one);
        Ipv6Prefix second = Ipv6Prefix.containing(new Ipv6Address(high ^ 1L << (63 - bit), 7), other);
        assertThat(first.overlaps(second))
                .isEqualTo(second.overlaps(first))
                .isEqualTo(first.contains(second) || second.contains(first))
                .isEqualTo(bit >= Math.min(one, other));
    }

    @ParameterizedTest
    @CsvSource({
        "fd00:fa::1/48, fd00:fa::1/48 has host bits set; the network is fd00:fa::/48",
        "fd00:fa::/129, \"129\" in \"fd00:fa::/129\" is not a prefix length from 0 to 128",
        "fd00:fa::/048, \"048\" in \"fd00:fa::/048\" is not a prefix length from 0 to 128",
        "fd00:fa::/, \"\" in \"fd00:fa::/\" is not a prefix length from 0 to 128",
        "fd00:fa::, \"fd00:fa::\" has no prefix length; write it as in fd00:fa::/48",
        "fd00::fa::/48, \"fd00::fa::\" is not an IPv6 address such as fd00:fa:0:2d::1"
    })
    void whatIsNoNetworkIsRefusedWithWords(String text, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prefix.parse(text))
                .withMessage(sentence);
    }

    @Test
    void theFamiliesHaveNothingInCommon() {
        Prefix ipv4 = Prefix.parse("0.0.0.0/0");
        Prefix ipv6 = Prefix.parse("::/0");
        assertThat(ipv4.family()).isEqualTo(IpFamily.IPV4).hasToString("IPv4");
        assertThat(ipv6.family()).isEqualTo(IpFamily.IPV6).hasToString("IPv6");
        assertThat(ipv4.overlaps(ipv6)).isFalse();
        assertThat(ipv6.contains(IpAddress.parse("10.0.0.1"))).isFalse();
        assertThat(ipv4.contains(IpAddress.parse("::1"))).isFalse();
        assertThat(ipv4.contains(IpAddress.parse("10.0.0.1"))).isTrue();
    }
}
