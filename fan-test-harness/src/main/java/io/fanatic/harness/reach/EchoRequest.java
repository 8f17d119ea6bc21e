package io.fanatic.harness.reach;

import static io.fanatic.netlink.libc.Native.buffer;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.net.InternetChecksum;
import io.fanatic.harness.net.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An IPv4 packet that asks for an echo (RFC 792), written by us down to the header.
 *
 * @param from its source
 * @param to its destination
 * @param ttl 1 for one that no router forwards
 * @param options of the IPv4 header, a multiple of 4 bytes
 * @param number tells its answer from others: 16 bits of identifier, 16 of sequence number
 */
record EchoRequest(Ipv4Address from, Ipv4Address to, int ttl, byte[] options, int number) {
    /** Four times "no operation". */
    private static final byte[] NO_OPERATION = {1, 1, 1, 1};

    /** Record route, room for one address, end of options. The answer has it too. */
    private static final byte[] RECORD_ROUTE = {7, 7, 4, 0, 0, 0, 0, 0};

    private static final int TTL = 64;
    private static final int IPV4 = 20;
    private static final int ICMP = 16;
    private static final byte REPLY = 0;
    private static final byte REQUEST = 8;

    static EchoRequest of(Ipv4Address from, Ipv4Address to, int number) {
        return new EchoRequest(from, to, TTL, new byte[0], number);
    }

    /** With options that the answer does not have. */
    EchoRequest withOptions() {
        return new EchoRequest(from, to, ttl, NO_OPERATION, number);
    }

    /** With options that the answer has too. */
    EchoRequest withOptionsBothWays() {
        return new EchoRequest(from, to, ttl, RECORD_ROUTE, number);
    }

    EchoRequest withTtl(int value) {
        return new EchoRequest(from, to, value, options, number);
    }

    /** The packet, big endian. */
    ByteBuffer packet() {
        int header = IPV4 + options.length;
        ByteBuffer packet = buffer(header + ICMP).order(ByteOrder.BIG_ENDIAN);
        ByteBuf whole = Unpooled.wrappedBuffer(packet.duplicate());
        packet.put((byte) (0x40 + header / 4)).put((byte) 0).putShort((short) packet.capacity());
        packet.putInt(0);
        packet.put((byte) ttl).put((byte) Sockets.IPPROTO_ICMP).putShort((short) 0);
        packet.putInt(from.bits()).putInt(to.bits()).put(options);
        packet.putShort(10, (short) ~InternetChecksum.sum(whole, 0, header));
        packet.put(REQUEST).put((byte) 0).putShort((short) 0).putInt(number).putLong(0);
        packet.putShort(header + 2, (short) ~InternetChecksum.sum(whole, header, ICMP));
        return packet.rewind();
    }

    /** Whether an IPv4 packet of this many bytes, big endian, is the answer. */
    boolean isAnsweredBy(ByteBuffer packet, int length) {
        int header = length < IPV4 ? IPV4 : (packet.get(0) & 15) * 4;
        return length >= header + 8
                && packet.get(9) == Sockets.IPPROTO_ICMP
                && packet.getInt(12) == to.bits()
                && packet.getInt(16) == from.bits()
                && packet.get(header) == REPLY
                && packet.getInt(header + 4) == number;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EchoRequest that
                && from.equals(that.from)
                && to.equals(that.to)
                && ttl == that.ttl
                && number == that.number
                && Arrays.equals(options, that.options);
    }

    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public String toString() {
        return "echo request from " + from + " to " + to;
    }
}
