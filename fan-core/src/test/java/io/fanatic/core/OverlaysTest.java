package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OverlaysTest {

    @Test
    void theNetworksThatUbuntuProposesAreUsable() {
        for (int first = 240; first <= 254; first++) {
            Ipv4Prefix overlay = Ipv4Prefix.parse(first + ".0.0.0/8");
            assertThatCode(() -> Overlays.requireUsable(overlay)).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0/8",
                "172.16.0.0/12",
                "100.64.0.0/10",
                "1.0.0.0/8",
                "126.0.0.0/8",
                "240.0.0.0/4",
                "223.0.0.0/8"
            })
    void aNetworkThatAPlanMayUseIsUsable(String overlay) {
        assertThatCode(() -> Overlays.requireUsable(Ipv4Prefix.parse(overlay))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/8, it is \"this network\"",
        "0.1.0.0/16, 'it lies in 0.0.0.0/8,'",
        "0.0.0.0/4, 'it contains 0.0.0.0/8,'",
        "127.0.0.0/8, it is loopback",
        "126.0.0.0/7, 'it contains 127.0.0.0/8, loopback'",
        "127.5.0.0/16, 'it lies in 127.0.0.0/8, loopback'",
        "169.254.0.0/16, it is link-local",
        "169.0.0.0/8, 'it contains 169.254.0.0/16, link-local'",
        "224.0.0.0/4, it is multicast",
        "239.0.0.0/8, 'it lies in 224.0.0.0/4, multicast'",
        "224.0.0.0/3, 'it contains 224.0.0.0/4, multicast'",
    })
    void aNetworkThatHostsTreatSpeciallyIsRefusedWithTheReasonAndAGoodOne(String overlay, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Overlays.requireUsable(Ipv4Prefix.parse(overlay)))
                .withMessageStartingWith("overlay " + overlay + " cannot work: " + reason)
                .withMessageEndingWith("; choose one of 240.0.0.0/8 to 254.0.0.0/8, such as 250.0.0.0/8");
    }
}
