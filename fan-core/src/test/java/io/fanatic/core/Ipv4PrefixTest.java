package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4PrefixTest {

    @Property
    void everyNetworkReadsBackFromItsText(@ForAll int bits, @ForAll @IntRange(max = 32) int prefixLength) {
        Ipv4Prefix network = Ipv4Prefix.containing(Ipv4Address.of(bits), prefixLength);
        assertThat(Ipv4Prefix.parse(network.toString())).isEqualTo(network).hasSameHashCodeAs(network);
    }

    @Property
    void aNetworkHoldsWhatLiesBetweenItsFirstAndLastAddress(
            @ForAll int bits, @ForAll @IntRange(max = 32) int prefixLength, @ForAll int other) {
        Ipv4Prefix network = Ipv4Prefix.containing(Ipv4Address.of(bits), prefixLength);
        Ipv4Address address = Ipv4Address.of(other);
        assertThat(network.contains(Ipv4Address.of(bits))).isTrue();
        assertThat(network.contains(address))
                .isEqualTo(network.network().compareTo(address) <= 0 && address.compareTo(network.last()) <= 0);
        assertThat(network.size()).isEqualTo(new Ipv4Range(network.network(), network.last()).size());
    }

    @Property
    void twoNetworksOverlapWhenOneHoldsTheOther(
            @ForAll int a,
            @ForAll @IntRange(max = 32) int lengthOfA,
            @ForAll @IntRange(max = 31) int flipped,
            @ForAll @IntRange(max = 32) int lengthOfB) {
        Ipv4Prefix first = Ipv4Prefix.containing(Ipv4Address.of(a), lengthOfA);
        Ipv4Prefix second = Ipv4Prefix.containing(Ipv4Address.of(a ^ 1 << flipped), lengthOfB);
        boolean apart =
                first.last().compareTo(second.network()) < 0 || second.last().compareTo(first.network()) < 0;
        assertThat(first.overlaps(second)).isEqualTo(!apart);
        assertThat(second.overlaps(first)).isEqualTo(!apart);
        assertThat(first.contains(second) || second.contains(first)).isEqualTo(!apart);
    }

    @Test
    void theShortestAndTheLongestPrefixWork() {
        assertThat(Ipv4Prefix.parse("0.0.0.0/0").contains(Ipv4Address.parse("255.255.255.255")))
                .isTrue();
        assertThat(Ipv4Prefix.parse("0.0.0.0/0").size()).isEqualTo(1L << 32);
        assertThat(Ipv4Prefix.parse("10.0.0.45/32").last()).hasToString("10.0.0.45");
        assertThat(Ipv4Prefix.mask(0)).isZero();
        assertThat(Ipv4Prefix.mask(32)).isEqualTo(-1);
    }

    @Test
    void hostBitsAreRefusedWithTheNetworkThatWasMeant() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ipv4Prefix.parse("250.0.0.5/8"))
                .withMessage("250.0.0.5/8 has host bits set; the network is 250.0.0.0/8");
    }

    @Test
    void aMissingPrefixLengthIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ipv4Prefix.parse("250.0.0.0"))
                .withMessage("\"250.0.0.0\" has no prefix length; write it as in 250.0.0.0/8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "33", "08", "-1", "+8", "8 ", "8/8", "100", "0x8", "255.0.0.0", "99999999999"})
    void aBadPrefixLengthIsQuoted(String length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ipv4Prefix.parse("250.0.0.0/" + length))
                .withMessage("\"" + length + "\" in \"250.0.0.0/" + length + "\" is not a prefix length from 0 to 32");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/16, 10.0.0.0, false",
        "10.0.0.0/16, 10.0.255.255, false",
        "10.0.0.0/16, 10.0.0.255, true",
        "10.0.0.0/16, 10.0.1.0, true",
        "10.0.0.0/16, 10.1.0.1, false",
        "10.0.0.0/31, 10.0.0.0, true",
        "10.0.0.0/31, 10.0.0.1, true",
        "10.0.0.0/32, 10.0.0.0, true",
        "10.0.0.0/32, 10.0.0.1, false",
        "10.0.0.0/30, 10.0.0.3, false",
    })
    void onlyTheFirstAndTheLastAddressAreNoHosts(String network, String address, boolean host) {
        assertThat(Ipv4Prefix.parse(network).isHost(Ipv4Address.parse(address))).isEqualTo(host);
    }

    @Test
    void theWiderNetworkSortsFirst() {
        assertThat(Ipv4Prefix.parse("10.0.0.0/8"))
                .isLessThan(Ipv4Prefix.parse("10.0.0.0/16"))
                .isLessThan(Ipv4Prefix.parse("250.0.0.0/8"));
    }
}
