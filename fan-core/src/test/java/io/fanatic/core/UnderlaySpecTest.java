package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnderlaySpecTest {

    @Test
    void anAddressCarriesThePlansNetwork() {
        UnderlaySpec spec = UnderlaySpec.parse("10.0.0.45/16");
        assertThat(spec)
                .isEqualTo(new UnderlaySpec.Address(Ipv4Address.parse("10.0.0.45"), Ipv4Prefix.parse("10.0.0.0/16")));
        assertThat(spec.underlay()).contains(Ipv4Prefix.parse("10.0.0.0/16"));
        assertThat(spec.prefixLength()).hasValue(16);
    }

    @Test
    void anAddressWithoutHostBitsIsANetwork() {
        UnderlaySpec spec = UnderlaySpec.parse("10.0.0.0/16");
        assertThat(spec).isEqualTo(new UnderlaySpec.Network(Ipv4Prefix.parse("10.0.0.0/16")));
        assertThat(spec.underlay()).contains(Ipv4Prefix.parse("10.0.0.0/16"));
        assertThat(spec.prefixLength()).hasValue(16);
    }

    @Test
    void a32IsAlwaysAnAddress() {
        assertThat(UnderlaySpec.parse("10.0.0.0/32")).isInstanceOf(UnderlaySpec.Address.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnderlaySpec.Network(Ipv4Prefix.parse("10.0.0.0/32")));
    }

    @Test
    void anInterfaceMayHaveThePlansPrefixLength() {
        assertThat(UnderlaySpec.parse("eth0/16")).isEqualTo(new UnderlaySpec.Device("eth0", OptionalInt.of(16)));
        assertThat(UnderlaySpec.parse("eth0")).isEqualTo(new UnderlaySpec.Device("eth0", OptionalInt.empty()));
        assertThat(UnderlaySpec.parse("eth0").underlay()).isEmpty();
    }

    @Test
    void theDefaultRouteIsNoInterface() {
        assertThat(UnderlaySpec.parse("default/16")).isEqualTo(new UnderlaySpec.DefaultRoute(OptionalInt.of(16)));
        assertThat(UnderlaySpec.parse("default")).isEqualTo(new UnderlaySpec.DefaultRoute(OptionalInt.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> new UnderlaySpec.Device("default", OptionalInt.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "enp0s3",
                "eth0.100",
                "br-lan",
                "bond0.4094/20",
                "wlx00c0ca98a0b1",
                "a/0",
                "...",
                "veth#1",
                "1",
                "é/8",
                "default.1"
            })
    void everyInterfaceNameOfTheKernelIsTaken(String text) {
        assertThat(UnderlaySpec.parse(text))
                .isInstanceOf(UnderlaySpec.Device.class)
                .hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''               | \"\" is not an underlay; expected 10.0.0.45/16, 10.0.0.0/16, eth0/16, eth0, default/16 or default",
                "/16              | \"/16\" is not an underlay; expected 10.0.0.45/16, 10.0.0.0/16, eth0/16, eth0, default/16 or default",
                "10.0.0.45        | \"10.0.0.45\" has no prefix length: write that of the underlay, as in 10.0.0.45/16",
                "10.0.0/16        | \"10.0.0\" is not an IPv4 address such as 10.0.0.45",
                "10.0.0.300/16    | \"10.0.0.300\" is not an IPv4 address such as 10.0.0.45",
                "10.0.0.45/33     | \"33\" in \"10.0.0.45/33\" is not a prefix length from 0 to 32",
                "eth0/x           | \"x\" in \"eth0/x\" is not a prefix length from 0 to 32",
                "eth0/            | \"\" in \"eth0/\" is not a prefix length from 0 to 32",
                "10.0.255.255/16  | 10.0.255.255 is the broadcast address of 10.0.0.0/16, which no host can have",
                "thisnameistoolong | interface name \"thisnameistoolong\" has 17 bytes; Linux allows 15",
                "fd00::1          | \"fd00::1\" is not an underlay; expected 10.0.0.45/16, 10.0.0.0/16, eth0/16, eth0, default/16 or default",
                "::1/64           | \"::1/64\" is not an underlay; expected 10.0.0.45/16, 10.0.0.0/16, eth0/16, eth0, default/16 or default",
                "..               | interface name \"..\" is reserved by Linux",
            })
    void anythingElseIsRefusedWithWhatWasExpected(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnderlaySpec.parse(text))
                .withMessage(message);
    }

    @Property
    void everyAddressReadsBackFromItsText(@ForAll int bits, @ForAll @IntRange(max = 32) int prefixLength) {
        Ipv4Prefix network = Ipv4Prefix.containing(Ipv4Address.of(bits), prefixLength);
        UnderlaySpec spec = UnderlaySpec.of(LegalFans.hostAt(network, bits), prefixLength);
        assertThat(UnderlaySpec.parse(spec.toString())).isEqualTo(spec);
        assertThat(spec.underlay()).contains(network);
    }

    @Property
    void everyNetworkReadsBackFromItsText(@ForAll int bits, @ForAll @IntRange(max = 31) int prefixLength) {
        UnderlaySpec spec = new UnderlaySpec.Network(Ipv4Prefix.containing(Ipv4Address.of(bits), prefixLength));
        assertThat(UnderlaySpec.parse(spec.toString())).isEqualTo(spec);
    }
}
