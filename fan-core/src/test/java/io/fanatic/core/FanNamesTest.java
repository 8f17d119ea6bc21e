package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FanNamesTest {

    @ParameterizedTest
    @CsvSource({
        "250.0.0.0/8, fan-250, ftun-250, 16384000",
        "240.0.0.0/4, fan-240, ftun-240, 15728640",
        "250.16.0.0/12, fan-250-16, ftun-250-16, 16388096",
        "255.255.0.0/16, fan-255-255, ftun-255-255, 16776960",
        "250.1.16.0/20, fan-fa0110, ftun-fa0110, 16384272",
        "250.1.2.128/28, fan-fa010280, ftun-fa010280, 16384258",
    })
    void namesAndNumberFollowFromTheOverlay(String text, String bridge, String tunnel, int vni) {
        Ipv4Prefix overlay = Ipv4Prefix.parse(text);
        assertThat(FanNames.bridge(overlay)).isEqualTo(bridge);
        assertThat(FanNames.tunnel(overlay)).isEqualTo(tunnel);
        assertThat(FanNames.vni(overlay)).isEqualTo(vni);
    }

    @Provide
    Arbitrary<FanMapping> fans() {
        return LegalFans.fans();
    }

    @Property
    void theKernelTakesTheNamesOfEveryOverlay(@ForAll("fans") FanMapping fan) {
        FanNames.requireInterfaceName("bridge", FanNames.bridge(fan.overlay()));
        FanNames.requireInterfaceName("tunnel", FanNames.tunnel(fan.overlay()));
        assertThat(FanNames.vni(fan.overlay())).isBetween(1, 0xffffff);
    }

    @Property(tries = 5000)
    void overlaysThatDoNotOverlapHaveDifferentNames(@ForAll("fans") FanMapping one, @ForAll int flipped) {
        // A neighbour that differs in one bit of the prefix is the likeliest to collide.
        int bit = 1 << (31 - Math.floorMod(flipped, one.overlay().prefixLength()));
        Ipv4Prefix other = new Ipv4Prefix(
                Ipv4Address.of(one.overlay().network().bits() ^ bit),
                one.overlay().prefixLength());
        assertThat(FanNames.bridge(other)).isNotEqualTo(FanNames.bridge(one.overlay()));
        assertThat(FanNames.tunnel(other)).isNotEqualTo(FanNames.tunnel(one.overlay()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eth0",
                "enp0s3",
                "eth0.100",
                "br-lan",
                "a",
                "...",
                "123456789012345",
                "wg_0",
                "a#b",
                "é",
                "10.0.0.1",
                "veth@x"
            })
    void aNameThatTheKernelTakesIsLegal(String name) {
        assertThatCode(() -> FanNames.requireInterfaceName("bridge name", name)).doesNotThrowAnyException();
    }

    // In UTF-8 "à" is c3 a0, and a0 is white space to the kernel.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "1234567890123456",
                "ééééé" + "ééé",
                "a/b",
                "a:b",
                "a b",
                "a\tb",
                "a\nb",
                "a\u000bb",
                "à",
                "all",
                "default",
                // Linux would make br0 of it.
                "br%d",
                "100%",
                "a\033[2Jb",
                "a\177",
                "fan-new-bridge",
                "fan-new-tunnel"
            })
    void aNameThatTheKernelRefusesIsNot(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanNames.requireInterfaceName("bridge name", name))
                .withMessageStartingWith("bridge name ");
    }
}
