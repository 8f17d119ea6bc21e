package io.fanatic.harness.probe;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;

/**
 * From one host's underlay address to another host's tunnel port, packed as VXLAN (RFC 7348) by hand: what a host can do
 * that has root and no scruples.
 *
 * @param host the sending host
 * @param from its underlay address
 * @param to the underlay address of the host to be deceived
 * @param port UDP port of the tunnel
 * @param vni VXLAN network identifier, 0 to 2^24-1
 */
public record TunnelFrameSender(Namespace host, Ipv4Address from, Ipv4Address to, int port, int vni)
        implements FrameSender {

    private static final MacAddress MAC = new MacAddress(0x0e_00_00_00_00_01L);

    @Override
    public Open open() {
        DatagramSocket socket = host.call(() -> new DatagramSocket(Sockets.socketAddress(from, 0)));
        return new Open() {
            @Override
            public MacAddress mac() {
                return MAC;
            }

            @Override
            public void send(ByteBuffer frame) throws IOException {
                byte[] packet = Frames.vxlan(vni, frame);
                socket.send(new DatagramPacket(packet, packet.length, Sockets.socketAddress(to, port)));
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }
}
