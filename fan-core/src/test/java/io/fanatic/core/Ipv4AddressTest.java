package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4AddressTest {

    @Test
    void theFirstOctetIsTheMostSignificant() {
        assertThat(Ipv4Address.parse("10.0.0.45").bits()).isEqualTo(0x0a00002d);
        assertThat(Ipv4Address.of(0xfa002d01)).hasToString("250.0.45.1");
        assertThat(Ipv4Address.of(0xfa002d01).octet(0)).isEqualTo(250);
        assertThat(Ipv4Address.of(0xfa002d01).octet(3)).isEqualTo(1);
    }

    @Test
    void thereIsNoFifthOctet() {
        assertThatThrownBy(() -> Ipv4Address.of(0).octet(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Ipv4Address.of(0).octet(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Property
    void everyAddressReadsBackFromItsText(@ForAll int bits) {
        Ipv4Address address = Ipv4Address.of(bits);
        assertThat(Ipv4Address.parse(address.toString())).isEqualTo(address).hasSameHashCodeAs(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "10",
                "10.0.0",
                "10.0.0.",
                ".10.0.0.1",
                "10.0.0.0.1",
                "10..0.1",
                "256.0.0.1",
                "10.0.0.1000",
                "10.0.0.01",
                "010.0.0.1",
                "10.0.0.1 ",
                " 10.0.0.1",
                "10.0.0.-1",
                "10.0.0.+1",
                "0x0a.0.0.1",
                "10.0.0.1/8",
                "10.0.0.٤",
                "::1"
            })
    void anythingButFourPlainOctetsIsRefusedAndQuoted(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ipv4Address.parse(text))
                .withMessageContaining("\"" + text + "\"");
    }

    @Test
    void controlCharactersNeverReachTheTerminal() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ipv4Address.parse("10.\u001b[31m"))
                .withMessageStartingWith("\"10.\\u001b[31m\" is not");
    }

    @Property
    void addressesSortAsUnsignedNumbers(@ForAll int a, @ForAll int b) {
        assertThat(Integer.signum(Ipv4Address.of(a).compareTo(Ipv4Address.of(b))))
                .isEqualTo(Long.compare(a & 0xffffffffL, b & 0xffffffffL));
    }

    @Test
    void addingGoesOnToTheNextOctet() {
        assertThat(Ipv4Address.parse("10.0.0.255").plus(1)).hasToString("10.0.1.0");
        assertThat(Ipv4Address.parse("255.255.255.255").plus(1)).hasToString("0.0.0.0");
    }
}
