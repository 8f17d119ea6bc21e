package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FanMappingTest {

    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    @ParameterizedTest
    @CsvSource({
        "250.0.0.0/8, 10.0.0.45,     16, 250.0.45.0/24,  250.0.45.1",
        "250.0.0.0/8, 172.16.3.4,    16, 250.3.4.0/24,   250.3.4.1",
        "250.0.0.0/8, 192.168.1.178, 16, 250.1.178.0/24, 250.1.178.1",
        "250.0.0.0/8, 192.168.1.178, 24, 250.178.0.0/16, 250.178.0.1",
        "240.0.0.0/8, 172.31.100.192, 24, 240.192.0.0/16, 240.192.0.1",
        "252.0.0.0/8, 10.142.0.17,   20, 252.1.16.0/20,  252.1.16.1",
    })
    void anUnderlayAddressOwnsTheSliceThatUbuntusFanGivesIt(
            String overlay, String address, int prefixLength, String slice, String hostAddress) {
        Ipv4Address host = Ipv4Address.parse(address);
        FanMapping fan = FanMapping.of(Ipv4Prefix.parse(overlay), Ipv4Prefix.containing(host, prefixLength));
        assertThat(fan.slice(host).cidr()).hasToString(slice);
        assertThat(fan.slice(host).hostAddress()).hasToString(hostAddress);
        assertThat(fan.owner(Ipv4Address.parse(hostAddress))).isEqualTo(host);
        assertThat(fan.owner(Ipv4Prefix.parse(slice).last())).isEqualTo(host);
    }

    @Test
    void theArithmeticOnIntsIsTheSame() {
        assertThat(FAN.sliceBits(0x0a00002d)).isEqualTo(0xfa002d00);
        assertThat(FAN.ownerBits(0xfa002d07)).isEqualTo(0x0a00002d);
        assertThat(FAN.shift()).isEqualTo(8);
        assertThat(FAN.slicePrefixLength()).isEqualTo(24);
    }

    @Test
    void aFanOfASingleHostGivesItTheWholeOverlay() {
        FanMapping fan = FanMapping.of(Ipv4Prefix.parse("192.0.0.0/3"), Ipv4Prefix.parse("10.0.0.45/32"));
        assertThat(fan.shift()).isEqualTo(29);
        assertThat(fan.slice(Ipv4Address.parse("10.0.0.45")).cidr()).hasToString("192.0.0.0/3");
        assertThat(fan.owner(Ipv4Address.parse("223.255.255.255"))).hasToString("10.0.0.45");
    }

    @Test
    void bothAddressesOfAPointToPointUnderlayOwnHalfOfTheOverlay() {
        FanMapping fan = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/31"));
        assertThat(fan.slice(Ipv4Address.parse("10.0.0.0")).cidr()).hasToString("250.0.0.0/9");
        assertThat(fan.slice(Ipv4Address.parse("10.0.0.1")).cidr()).hasToString("250.128.0.0/9");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "250.0.0.0/8 | 10.0.0.0/8  | overlay 250.0.0.0/8 must be wider than its underlay, which is a /8;"
                        + " choose an overlay with a prefix of at most /6",
                "250.0.0.0/16 | 10.0.0.0/8 | overlay 250.0.0.0/16 must be wider than its underlay, which is a /8;"
                        + " choose an overlay with a prefix of at most /6",
                "250.0.0.0/8 | 10.0.0.0/9  | overlay 250.0.0.0/8 over a /9 underlay leaves each host a slice of /31,"
                        + " too small for a container; choose prefixes at least 2 apart",
                "250.0.0.0/8 | 250.1.0.0/16 | overlay 250.0.0.0/8 and underlay 250.1.0.0/16 overlap;"
                        + " choose an overlay outside the underlay, such as 240.0.0.0/8",
                "10.0.0.0/8  | 10.0.0.0/16 | overlay 10.0.0.0/8 and underlay 10.0.0.0/16 overlap;"
                        + " choose an overlay outside the underlay, such as 250.0.0.0/8",
                "127.0.0.0/8 | 10.0.0.0/16 | overlay 127.0.0.0/8 cannot work: it is loopback, which never leaves a host;"
                        + " choose one of 240.0.0.0/8 to 254.0.0.0/8, such as 250.0.0.0/8",
            })
    void aFanThatCannotWorkIsRefusedWithWhatToChooseInstead(String overlay, String underlay, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanMapping.of(Ipv4Prefix.parse(overlay), Ipv4Prefix.parse(underlay)))
                .withMessage(message);
    }

    @Test
    void anAddressOutsideTheOverlayHasNoOwner() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FAN.owner(Ipv4Address.parse("251.0.0.1")))
                .withMessage("251.0.0.1 is not in the overlay 250.0.0.0/8");
    }

    @Test
    void theSlicesOfTheNetworkAndTheBroadcastAddressAreNobodys() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FAN.owner(Ipv4Address.parse("250.0.0.5")))
                .withMessage("250.0.0.5 is nobody's: it would belong to 10.0.0.0, the network address of the underlay"
                        + " 10.0.0.0/16");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FAN.owner(Ipv4Address.parse("250.255.255.5")))
                .withMessageContaining("10.0.255.255, the broadcast address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FAN.slice(Ipv4Address.parse("10.0.0.0")))
                .withMessage("10.0.0.0 is the network address of 10.0.0.0/16, which no host can have");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FAN.slice(Ipv4Address.parse("10.0.255.255")))
                .withMessage("10.0.255.255 is the broadcast address of 10.0.0.0/16, which no host can have");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FAN.slice(Ipv4Address.parse("10.1.0.1")))
                .withMessage("10.1.0.1 is not in 10.0.0.0/16");
    }

    @ParameterizedTest
    @CsvSource({
        "172.31.64.0/20, 243.64.0.0/12",
        "172.31.0.0/16,  243.0.0.0/8",
        "172.31.7.9/32,  243.7.9.0/24",
        "172.16.0.0/12,",
        "10.0.0.0/24,",
        "0.0.0.0/0,",
    })
    void aSubnetOfTheUnderlayCutsASegmentAndAnyOtherNone(String subnet, String segment) {
        FanMapping fan = FanMapping.of(Ipv4Prefix.parse("243.0.0.0/8"), Ipv4Prefix.parse("172.31.0.0/16"));
        if (segment == null) {
            assertThat(fan.segment(Ipv4Prefix.parse(subnet))).isEmpty();
        } else {
            assertThat(fan.segment(Ipv4Prefix.parse(subnet))).contains(Ipv4Prefix.parse(segment));
        }
    }
}
