package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Ethernet frames made by hand, in network byte order. */
final class Frames {
    static final long UNICAST = 0x06fa_0a00_0038L;
    static final long BROADCAST = 0xffff_ffff_ffffL;
    static final long MULTICAST = 0x0100_5e00_00fbL;

    /** Where all of them come from: a container. */
    static final long SENDER = 0x0200_0000_2d09L;

    private static final int UDP = 17;

    private Frames() {}

    /** An IPv4 packet with 8 bytes of payload, its header checksum right. */
    static byte[] ipv4(String source, String destination) {
        return ipv4(bits(source), bits(destination));
    }

    static byte[] ipv4(int source, int destination) {
        return ipv4(source, destination, 5, new byte[8]);
    }

    /**
     * An IPv4 packet, its header checksum right.
     *
     * @param words length of its header in 32-bit words; options are no-operations
     */
    static byte[] ipv4(int source, int destination, int words, byte[] payload) {
        int length = 4 * words + payload.length;
        ByteBuffer frame = ethernet(UNICAST, 0x0800, length);
        frame.put((byte) (0x40 | words)).put((byte) 0).putShort((short) length).putInt(0x00014000);
        frame.put((byte) 64).put((byte) UDP).putShort((short) 0).putInt(source).putInt(destination);
        for (int i = 0; i < 4 * (words - 5); i++) {
            frame.put((byte) 1);
        }
        frame.put(payload);
        return frame.putShort(24, (short) checksum(frame, 14, 14 + 4 * words)).array();
    }

    /** An IPv6 packet. */
    static byte[] ipv6(Ipv6Address source, Ipv6Address destination, int nextHeader, int hopLimit, byte[] payload) {
        ByteBuffer frame = ethernet(UNICAST, 0x86dd, 40 + payload.length);
        frame.putInt(0x60000000).putShort((short) payload.length);
        frame.put((byte) nextHeader).put((byte) hopLimit);
        frame.put(source.octets()).put(destination.octets());
        return frame.put(payload).array();
    }

    /** The Internet checksum (RFC 1071) of some bytes; where it stands among them, there must be zero. */
    static int checksum(ByteBuffer bytes, int from, int to) {
        int sum = 0;
        for (int at = from; at < to; at += 2) {
            sum += bytes.getShort(at) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    }

    static byte[] arpRequest(String sender, String target) {
        return to(BROADCAST, arp(1, bits(sender), bits(target)));
    }

    static byte[] arpReply(String sender, String target) {
        return arp(2, bits(sender), bits(target));
    }

    static byte[] arp(int operation, int sender, int target) {
        ByteBuffer frame = ethernet(UNICAST, 0x0806, 28);
        frame.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) operation);
        frame.putShort((short) (SENDER >>> 32)).putInt((int) SENDER).putInt(sender);
        return frame.putShort((short) 0).putInt(0).putInt(target).array();
    }

    /** A frame of another protocol. */
    static byte[] other(int etherType) {
        return ethernet(UNICAST, etherType, 46).array();
    }

    private static ByteBuffer ethernet(long destination, int etherType, int payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload);
        frame.putShort((short) (destination >>> 32)).putInt((int) destination);
        return frame.putShort((short) (SENDER >>> 32)).putInt((int) SENDER).putShort((short) etherType);
    }

    /** The frame with another destination. */
    static byte[] to(long destination, byte[] frame) {
        byte[] copy = frame.clone();
        ByteBuffer.wrap(copy).putShort((short) (destination >>> 32)).putInt((int) destination);
        return copy;
    }

    /** The frame with another source. */
    static byte[] from(long source, byte[] frame) {
        byte[] copy = frame.clone();
        ByteBuffer.wrap(copy).putShort(6, (short) (source >>> 32)).putInt(8, (int) source);
        return copy;
    }

    /** The frame with a VLAN tag inside, of this tag protocol. */
    static byte[] tagged(int tagProtocol, byte[] frame) {
        return ByteBuffer.allocate(frame.length + 4)
                .put(frame, 0, 12)
                .putShort((short) tagProtocol)
                .putShort((short) 5)
                .put(frame, 12, frame.length - 12)
                .array();
    }

    /** The frame with one byte changed. */
    static byte[] with(byte[] frame, int offset, int value) {
        byte[] copy = frame.clone();
        copy[offset] = (byte) value;
        return copy;
    }

    /** The frame's first bytes. */
    static byte[] cut(byte[] frame, int length) {
        return Arrays.copyOf(frame, length);
    }

    static int bits(String address) {
        return Ipv4Address.parse(address).bits();
    }
}
