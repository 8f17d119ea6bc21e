package io.fanatic.harness.probe;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.net.InternetChecksum;
import io.fanatic.harness.net.Sockets;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** Packets written by hand, in network byte order. */
final class Frames {
    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int UDP = 8;
    private static final int VXLAN = 8;

    private static final short ETHERTYPE_IPV4 = 0x0800;
    private static final int VXLAN_HAS_VNI = 0x08000000;
    /** The discard service (RFC 863), should a reply ever come. */
    private static final short SOURCE_PORT = 9;

    private Frames() {}

    /** An Ethernet frame with an IPv4 UDP datagram; the UDP checksum is left out, which IPv4 allows (RFC 768). */
    static ByteBuffer udp(
            MacAddress toMac, MacAddress fromMac, Ipv4Address from, Ipv4Address to, int port, ByteBuffer payload) {
        int udpLength = UDP + payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET + IPV4 + udpLength);
        put(frame, toMac);
        put(frame, fromMac);
        frame.putShort(ETHERTYPE_IPV4);
        // Version 4 and 5 words; length; identification; may be fragmented, at 0; TTL; protocol; checksum to follow.
        frame.putShort((short) 0x4500).putShort((short) (IPV4 + udpLength)).putInt(0);
        frame.put((byte) 64).put((byte) Sockets.IPPROTO_UDP).putShort((short) 0);
        frame.putInt(from.bits()).putInt(to.bits());
        frame.putShort(
                ETHERNET + 10, (short) ~InternetChecksum.sum(Unpooled.wrappedBuffer(frame.array()), ETHERNET, IPV4));
        frame.putShort(SOURCE_PORT)
                .putShort((short) port)
                .putShort((short) udpLength)
                .putShort((short) 0);
        return frame.put(payload).flip();
    }

    /** A frame behind the VXLAN header of RFC 7348: flags with "VNI is valid", 24 bits of VNI, reserved bits zero. */
    static byte[] vxlan(int vni, ByteBuffer frame) {
        return ByteBuffer.allocate(VXLAN + frame.remaining())
                .putInt(VXLAN_HAS_VNI)
                .putInt(vni << 8)
                .put(frame)
                .array();
    }

    private static void put(ByteBuffer frame, MacAddress mac) {
        frame.putShort((short) (mac.bits() >>> 32)).putInt((int) mac.bits());
    }
}
