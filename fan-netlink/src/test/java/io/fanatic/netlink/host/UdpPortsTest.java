package io.fanatic.netlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Ipv4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class UdpPortsTest {
    private static final int PORT = 53;
    private static final Ipv4Address ONE = Ipv4Address.parse("127.0.0.1");
    private static final Ipv4Address OTHER = Ipv4Address.parse("127.0.0.2");

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    /** A socket of either family may have an IPv4 address; Netty's are of IPv6. */
    @Test
    void aPortIsHeldAtTheAddressThatASocketHasOrAtAll() {
        inside.sh("ip link set lo up");
        for (ProtocolFamily family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
            assertThat(held("127.0.0.1", family)).as("%s", family).isEqualTo(List.of(true, false, true, false));
            assertThat(held("0.0.0.0", family)).as("%s", family).isEqualTo(List.of(true, true, true, false));
        }
        assertThat(inside.<Boolean>call(() -> UdpPorts.isHeld(ONE, PORT))).isFalse();
        assertThat(inside.<Boolean>call(() -> UdpPorts.isHeld(PORT))).isFalse();
    }

    /** Whether the port is held at the one address, at the other and at any, and another port. */
    private List<Boolean> held(String address, ProtocolFamily family) {
        return inside.call(() -> {
            try (DatagramChannel socket = DatagramChannel.open(family)) {
                socket.bind(new InetSocketAddress(address, PORT));
                return List.of(
                        UdpPorts.isHeld(ONE, PORT),
                        UdpPorts.isHeld(OTHER, PORT),
                        UdpPorts.isHeld(PORT),
                        UdpPorts.isHeld(ONE, PORT + 1));
            }
        });
    }
}
