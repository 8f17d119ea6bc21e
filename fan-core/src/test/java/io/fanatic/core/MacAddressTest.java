package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class MacAddressTest {

    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");

    @Test
    void itSpellsOutKindOverlayAndUnderlayAddress() {
        Ipv4Address host = Ipv4Address.parse("10.0.0.45");
        assertThat(MacAddress.ofBridge(OVERLAY, host)).hasToString("02:fa:0a:00:00:2d");
        assertThat(MacAddress.ofTunnel(OVERLAY, host)).hasToString("06:fa:0a:00:00:2d");
        assertThat(MacAddress.ofBridge(OVERLAY, host).octet(0)).isEqualTo(0x02);
        assertThat(MacAddress.ofBridge(OVERLAY, host).octet(5)).isEqualTo(0x2d);
    }

    @Property
    void everyHostHasItsOwnLocalUnicastAddresses(@ForAll int one, @ForAll int other) {
        MacAddress bridge = MacAddress.ofBridge(OVERLAY, Ipv4Address.of(one));
        MacAddress tunnel = MacAddress.ofTunnel(OVERLAY, Ipv4Address.of(one));
        assertThat(bridge.octet(0) & 3).isEqualTo(2);
        assertThat(tunnel.octet(0) & 3).isEqualTo(2);
        assertThat(bridge).isNotEqualTo(tunnel);
        assertThat(bridge.equals(MacAddress.ofBridge(OVERLAY, Ipv4Address.of(other))))
                .isEqualTo(one == other);
    }

    @Property
    void whatItPrintsReadsBack(@ForAll @LongRange(max = 0xffffffffffffL) long bits) {
        MacAddress address = new MacAddress(bits);
        assertThat(MacAddress.parse(address.toString())).isEqualTo(address);
    }

    @Test
    void otherTextsAreRefused() {
        assertThat(MacAddress.parse("2:0:0:0:0:A")).hasToString("02:00:00:00:00:0a");
        for (String text : List.of(
                "",
                ":",
                "02:00:00:00:00",
                "02:00:00:00:00:00:00",
                "02:00:00:00:00:0g",
                "02:00:00:00:00:-1",
                "02:00:00:00:00:001",
                "02:00:00:00:00:",
                "02-00-00-00-00-00",
                "02:00:00:00:00:\uff11")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> MacAddress.parse(text));
        }
    }

    @Test
    void moreThan48BitsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(1L << 48));
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(-1));
    }
}
