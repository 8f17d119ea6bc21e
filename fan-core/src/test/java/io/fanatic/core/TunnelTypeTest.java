package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TunnelTypeTest {

    @Test
    void theTunnelTakesItsHeadersFromTheMtu() {
        assertThat(TunnelType.VXLAN.mtu(1500)).isEqualTo(1450);
        assertThat(TunnelType.VXLAN.mtu(9000)).isEqualTo(8950);
        assertThat(TunnelType.IPIP.mtu(1500)).isEqualTo(1480);
    }
}
