package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv6AddressTest {

    /** Many groups are zero, so that there are runs of all lengths at all places. */
    @Provide
    Arbitrary<Ipv6Address> addresses() {
        Arbitrary<Long> group = Arbitraries.longs().between(0, 0xffff);
        Arbitrary<Long> half = Combinators.combine(
                        Arbitraries.oneOf(Arbitraries.just(0L), Arbitraries.of(1L, 0xffffL), group)
                                .list()
                                .ofSize(4),
                        Arbitraries.integers().between(0, 15))
                .as((groups, zeros) -> {
                    long bits = 0;
                    for (int i = 0; i < 4; i++) {
                        bits = bits << 16 | ((zeros >> i & 1) == 1 ? 0 : groups.get(i));
                    }
                    return bits;
                });
        return Combinators.combine(half, half).as(Ipv6Address::new);
    }

    @Property
    void theTextReadsBack(@ForAll("addresses") Ipv6Address address) {
        assertThat(Ipv6Address.parse(address.toString())).isEqualTo(address).hasSameHashCodeAs(address);
        assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
        assertThat(IpAddress.ofOctets(address.octets())).isEqualTo(address);
    }

    /** Java writes eight groups without leading zeros and without a gap. */
    @Property
    void othersReadItAsWeDo(@ForAll("addresses") Ipv6Address address) throws UnknownHostException {
        if (!address.toString().startsWith("::ffff:")) {
            InetAddress theirs = InetAddress.getByName(address.toString());
            assertThat(theirs.getAddress()).isEqualTo(address.octets());
            assertThat(Ipv6Address.parse(theirs.getHostAddress().toUpperCase(Locale.ROOT)))
                    .isEqualTo(address);
        }
    }

    /** RFC 5952 sections 4.1 to 4.3, of any text that we write. */
    @Property
    void theTextIsCanonical(@ForAll("addresses") Ipv6Address address) {
        String text = address.toString();
        assertThat(text).isLowerCase().doesNotContainPattern("(^|:)0[0-9a-f]").doesNotContain(":::");
        assertThat(text.indexOf("::")).isEqualTo(text.lastIndexOf("::"));
        int gap = text.indexOf("::");
        assertThat(gap < 0 && text.contains(":0:0:"))
                .as("a run that is not compressed: %s", text)
                .isFalse();
    }

    @Property
    void additionIsThatOfNumbers(@ForAll("addresses") Ipv6Address address, @ForAll long offset) {
        BigInteger sum = new BigInteger(1, address.octets()).add(BigInteger.valueOf(offset));
        BigInteger there = new BigInteger(1, address.plus(offset).octets());
        assertThat(there).isEqualTo(sum.mod(BigInteger.ONE.shiftLeft(128)));
    }

    @Property
    void theOrderIsThatOfNumbers(@ForAll("addresses") Ipv6Address one, @ForAll("addresses") Ipv6Address other) {
        int order = new BigInteger(1, one.octets()).compareTo(new BigInteger(1, other.octets()));
        assertThat(Integer.signum(one.compareTo(other))).isEqualTo(order);
    }

    /** The examples of RFC 5952 and RFC 4291. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8:0:0:0:0:0002:0001, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8::aaaa, 2001:db8::aaaa",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1::, 1::",
        "::FFFF:129.144.52.38, ::ffff:129.144.52.38",
        "0:0:0:0:0:0:13.1.68.3, ::d01:4403",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "fd00:fa:0:2d::1, fd00:fa:0:2d::1"
    })
    void allFormsAreReadAndOneIsWritten(String text, String canonical) {
        assertThat(Ipv6Address.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "::1::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1:2:3:4::5:6:7:8",
                "12345::",
                "g::",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "fe80::1%eth0",
                "[::1]",
                "::1 ",
                " ::1",
                "::1.2.3",
                "::1.2.3.4.5",
                "::01.2.3.4",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3.4:5",
                "::\u0661",
                "10.0.0.45",
                "::-1",
                "::+1",
                "::1/64"
            })
    void everythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ipv6Address.parse(text))
                .withMessage(Text.quote(text) + " is not an IPv6 address such as fd00:fa:0:2d::1");
    }

    @Test
    void anAddressHas4Or16Octets() {
        assertThat(IpAddress.ofOctets(Ipv4Address.parse("10.0.200.45").octets()))
                .isEqualTo(Ipv4Address.parse("10.0.200.45"));
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.ofOctets(new byte[5]));
    }
}
