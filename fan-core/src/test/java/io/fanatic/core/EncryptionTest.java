package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptionTest {
    @Test
    void textAndLineReadBack() {
        FanEntry entry = FanEntry.parse("250.0.0.0/8 10.0.0.0/16 encrypt psk:/etc/fanatic/fan.key");
        assertThat(entry.options().encryption())
                .contains(new Encryption(Encryption.Method.PSK, "/etc/fanatic/fan.key"));
        assertThat(entry).hasToString("250.0.0.0/8 10.0.0.0/16 encrypt psk:/etc/fanatic/fan.key");
        assertThat(entry.options().toBuilder().build()).isEqualTo(entry.options());
        assertThat(FanOptions.DEFAULT).isNotEqualTo(entry.options());
        FanEntry certificate = FanEntry.parse("250.0.0.0/8 10.0.0.0/16 encrypt cert:/etc/fanatic/host.pem");
        assertThat(certificate.options().encryption())
                .contains(new Encryption(Encryption.Method.CERTIFICATE, "/etc/fanatic/host.pem"));
        assertThat(certificate).hasToString("250.0.0.0/8 10.0.0.0/16 encrypt cert:/etc/fanatic/host.pem");
    }

    @Test
    void inUdpIsAFlagOfItsOwnThatGoesWithEncryptInAnyOrder() {
        for (String flags : new String[] {"encrypt psk:/k encrypt-udp", "encrypt-udp encrypt psk:/k"}) {
            FanEntry entry = FanEntry.parse("250.0.0.0/8 10.0.0.0/16 ipip " + flags);
            assertThat(entry.options().encryption()).contains(new Encryption(Encryption.Method.PSK, "/k", true));
            assertThat(entry).hasToString("250.0.0.0/8 10.0.0.0/16 ipip encrypt psk:/k encrypt-udp");
            assertThat(entry.options().toBuilder().build()).isEqualTo(entry.options());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"psk:fan.key", "psk:", "psk:/a b", "psk:/a\tb", "psk:/\u00e4", "cert:a", "certs:/a", "/a"})
    void whatIsNoAbsolutePathOfPlainLettersIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Encryption.parse(text));
    }

    @Test
    void aPathIsNotLongerThanTheBridgesAliasHolds() {
        assertThat(Encryption.parse("psk:/" + "k".repeat(Encryption.MAX_LENGTH - 1))
                        .file())
                .hasSize(Encryption.MAX_LENGTH);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Encryption.parse("psk:/" + "k".repeat(Encryption.MAX_LENGTH)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "direct=accept"})
    void whatPassesIpsecByDoesNotGoWithIt(String flag) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanOptions.parse(List.of(flag, "encrypt", "psk:/k")))
                .withMessageContaining("encrypt does not go with " + flag.replace("=accept", ""));
    }

    /** RFC 4303 section 2: SPI 4, sequence number 4, IV 8, payload, padding, 2 more, ICV 16 bytes; aligned to 4. */
    @ParameterizedTest
    @ValueSource(ints = {1280, 1498, 1499, 1500, 1501, 9000})
    void theLargestPacketFillsTheMtuAndOneByteMoreIsTooLarge(int mtu) {
        for (boolean udp : new boolean[] {false, true}) {
            int room = mtu - (udp ? 8 : 0);
            int carried = Encryption.parse("psk:/k").withUdp(udp).carried(mtu);
            assertThat(encrypted(carried)).isLessThanOrEqualTo(room);
            assertThat(encrypted(carried + 1)).isGreaterThan(room);
        }
    }

    private static int encrypted(int packet) {
        int payload = packet - 20 + 2;
        return 20 + 8 + 8 + (payload + 3) / 4 * 4 + 16;
    }
}
