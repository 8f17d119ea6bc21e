package io.fanatic.netlink.bpf;

import io.fanatic.core.TunnelType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A VXLAN packet (RFC 7348) written by hand around a frame, each field of the outer headers at will. A setter changes this packet and
 * gives it back. What nobody sets is as a fan host has it: no UDP checksum, TTL 64, only the flag I.
 */
final class Forged {
    private static final int ETHERNET = 14;
    private static final int HEADERS = ETHERNET + 20 + 8 + 8;
    private static final int UDP = 17;

    private final byte[] inner;
    private final int vni;
    private final int source;
    private int destination = Frames.bits("10.0.0.57");
    private long ethernetDestination;
    private int sourcePort = 49152;
    private int port = TunnelType.DEFAULT_VXLAN_PORT;
    private int flags = 0x08000000;
    private int reserved;
    private int udpLengthMore;
    private boolean checksum;
    private int sumMore;

    Forged(long ethernetDestination, int source, int vni, byte[] inner) {
        this.ethernetDestination = ethernetDestination;
        this.source = source;
        this.vni = vni;
        this.inner = inner;
    }

    byte[] inner() {
        return inner;
    }

    int vni() {
        return vni;
    }

    int source() {
        return source;
    }

    Forged ethernetTo(long value) {
        ethernetDestination = value;
        return this;
    }

    Forged to(int value) {
        destination = value;
        return this;
    }

    Forged ports(int from, int to) {
        sourcePort = from;
        port = to;
        return this;
    }

    /** The first word of the VXLAN header. */
    Forged flags(int value) {
        flags = value;
        return this;
    }

    /** The last byte of the VXLAN header. */
    Forged reserved(int value) {
        reserved = value;
        return this;
    }

    /** A UDP length that is off by so much. */
    Forged udpLengthMore(int value) {
        udpLengthMore = value;
        return this;
    }

    /** With a UDP checksum; right when {@code more} is 0. */
    Forged checksum(int more) {
        checksum = true;
        sumMore = more;
        return this;
    }

    byte[] frame() {
        return ipv4(0, udp());
    }

    /** The packet in two IPv4 fragments, the first with so many bytes behind its IPv4 header, a multiple of 8. */
    List<byte[]> fragments(int first) {
        byte[] datagram = udp();
        return List.of(
                ipv4(0x2000, Arrays.copyOf(datagram, first)),
                ipv4(first / 8, Arrays.copyOfRange(datagram, first, datagram.length)));
    }

    private byte[] udp() {
        int length = 16 + inner.length;
        ByteBuffer bytes = ByteBuffer.allocate(length);
        bytes.putShort((short) sourcePort).putShort((short) port).putShort((short) (length + udpLengthMore));
        bytes.putShort((short) 0).putInt(flags).putInt(vni << 8 | reserved).put(inner);
        if (checksum) {
            ByteBuffer pseudo = ByteBuffer.allocate(12 + length + length % 2);
            pseudo.putInt(source).putInt(destination).putShort((short) UDP).putShort((short) length);
            int sum = Frames.checksum(pseudo.put(bytes.array()), 0, pseudo.capacity());
            bytes.putShort(6, (short) ((sum == 0 ? 0xffff : sum) + sumMore));
        }
        return bytes.array();
    }

    private byte[] ipv4(int fragment, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(HEADERS - 16 + payload.length);
        frame.putShort((short) (ethernetDestination >>> 32)).putInt((int) ethernetDestination);
        frame.putShort((short) (Frames.SENDER >>> 32))
                .putInt((int) Frames.SENDER)
                .putShort((short) 0x0800);
        // One identification for all fragments of a packet, and another for the next packet: the port serves.
        frame.putShort((short) 0x4500).putShort((short) (20 + payload.length)).putShort((short) sourcePort);
        frame.putShort((short) fragment).putShort((short) (64 << 8 | UDP)).putShort((short) 0);
        frame.putInt(source).putInt(destination).put(payload);
        return frame.putShort(24, (short) Frames.checksum(frame, 14, 34)).array();
    }
}
