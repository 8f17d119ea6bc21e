package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransportTest {
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final FanMapping FAN = FanMapping.of(OVERLAY, Ipv4Prefix.parse("10.0.0.0/16"));
    private static final List<Transport> ALL = List.of(
            new Transport.Vxlan(16384000, 8472, false),
            new Transport.Vxlan(7, 8472, true),
            new Transport.Vxlan(0, 4789, false),
            new Transport.Ipip());

    @Test
    void anOverlayHasTheNumbersOfUbuntusFan() {
        assertThat(Transport.Vxlan.usual(OVERLAY)).isEqualTo(ALL.get(0));
        assertThat(ALL.get(0).packets()).isEqualTo("UDP 8472");
        assertThat(ALL.get(3).packets()).isEqualTo("IP protocol 4 (IPIP)");
    }

    @Test
    void theOptionsOfATransportMeanThatTransport() {
        for (Transport transport : ALL) {
            FanOptions options = FanOptions.DEFAULT.withMtu(1400).withTransport(transport, OVERLAY);
            assertThat(options.transport(OVERLAY, Optional.empty())).isEqualTo(transport);
            assertThat(FanOptions.parse(Text.words(options.toString()))).isEqualTo(options);
        }
        assertThat(FanOptions.DEFAULT.withTransport(ALL.get(0), OVERLAY)).isEqualTo(FanOptions.DEFAULT);
    }

    @Test
    void numbersThatAreNotGivenStayAsTheyAre() {
        FanOptions port = FanOptions.DEFAULT.withPort(4789);
        assertThat(port.transport(OVERLAY, Optional.of(ALL.get(1)))).isEqualTo(new Transport.Vxlan(7, 4789, false));
        assertThat(port.transport(OVERLAY, Optional.of(ALL.get(3))))
                .as("IPIP has none to stay")
                .isEqualTo(new Transport.Vxlan(16384000, 4789, false));
    }

    @Test
    void whatIsBridgedHasTheOverlayOnLinkAndWhatIsRoutedTheSlice() {
        assertThat(ALL.get(0).delivery().prefixLength(FAN)).isEqualTo(8);
        assertThat(ALL.get(3).delivery().prefixLength(FAN)).isEqualTo(24);
    }

    @Test
    void onlyAPortCanBeClosed() {
        for (Transport transport : ALL) {
            boolean closed = transport.withUnderlayOnly(true).underlayOnly();
            assertThat(closed).isEqualTo(transport.udpPort().isPresent());
            assertThat(transport.withUnderlayOnly(transport.underlayOnly())).isEqualTo(transport);
        }
    }

    @Test
    void numbersThatNoPacketCanHaveAreRefused() {
        for (int[] numbers : new int[][] {{-1, 8472}, {1 << 24, 8472}, {7, 0}, {7, 65536}}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Transport.Vxlan(numbers[0], numbers[1], false))
                    .withMessageContaining(" is not from ");
        }
    }

    @Test
    void aCaseIsCalledForItsOwnTransport() {
        Transport.Cases<String> cases = new Transport.Cases<>() {
            @Override
            public String vxlan(Transport.Vxlan transport) {
                return "vxlan";
            }

            @Override
            public String ipip(Transport.Ipip transport) {
                return "ipip";
            }
        };
        for (Transport transport : ALL) {
            assertThat(transport.match(cases)).isEqualTo(transport.type().word());
            assertThat(TunnelType.parse(transport.type().word())).isEqualTo(transport.type());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TunnelType.parse("gre"))
                .withMessage("\"gre\" is not a type of tunnel; expected vxlan or ipip");
    }
}
