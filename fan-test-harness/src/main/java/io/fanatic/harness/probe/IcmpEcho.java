package io.fanatic.harness.probe;

import io.fanatic.core.IpFamily;
import io.fanatic.harness.net.InternetChecksum;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Echo requests of one run and the test whether a packet answers one of them (RFC 792 and RFC 4443, all fields big endian):
 *
 * <pre>
 *   0        1        2                 4                 6                 8
 *   | type   | code 0 | checksum        | identifier      | sequence        | nonce (8 bytes), then a pattern
 * </pre>
 *
 * @param family tells the types, and who looks at the checksum: of ICMPv6 the kernel writes it and compares it (RFC 3542)
 * @param id the identifier, 0 to 65535
 * @param nonce a random number that opens the payload: 16 bits of identifier are not enough for many runs at once
 * @param payloadBytes at least 8
 */
record IcmpEcho(IpFamily family, int id, long nonce, int payloadBytes) {

    private static final byte ECHO_REPLY = 0;
    private static final byte ECHO_REQUEST = 8;
    private static final byte ECHO_REPLY_IPV6 = (byte) 129;
    private static final byte ECHO_REQUEST_IPV6 = (byte) 128;
    private static final int HEADER = 8;

    /** A whole ICMP message, that of IPv4 with its checksum, to be handed to a raw socket. */
    ByteBuf request(ByteBufAllocator allocator, int sequence) {
        ByteBuf message = allocator.directBuffer(HEADER + payloadBytes);
        message.writeByte(isIpv4() ? ECHO_REQUEST : ECHO_REQUEST_IPV6)
                .writeByte(0)
                .writeShort(0);
        message.writeShort(id).writeShort(sequence).writeLong(nonce);
        for (int i = 8; i < payloadBytes; i++) {
            message.writeByte(pattern(i, sequence));
        }
        return isIpv4() ? message.setShort(2, ~InternetChecksum.sum(message, 0, message.readableBytes())) : message;
    }

    private boolean isIpv4() {
        return family == IpFamily.IPV4;
    }

    /** Whether what a raw socket delivers is the right and undamaged reply: of IPv4 with its header, of IPv6 without. */
    boolean isReply(ByteBuf packet, int sequence) {
        int start = packet.readerIndex();
        if (packet.readableBytes() < (isIpv4() ? 20 : HEADER)) {
            return false;
        }
        int at = isIpv4() ? start + (packet.getByte(start) & 15) * 4 : start;
        int length = start + packet.readableBytes() - at;
        // Raw sockets get IPv4 packets before the kernel has looked at ICMP's checksum.
        return length == HEADER + payloadBytes
                && packet.getByte(at) == (isIpv4() ? ECHO_REPLY : ECHO_REPLY_IPV6)
                && packet.getByte(at + 1) == 0
                && packet.getUnsignedShort(at + 4) == id
                && packet.getUnsignedShort(at + 6) == (sequence & 0xffff)
                && packet.getLong(at + 8) == nonce
                && carriesPattern(packet, at + HEADER, sequence)
                && (!isIpv4() || InternetChecksum.sum(packet, at, length) == 0xffff);
    }

    private boolean carriesPattern(ByteBuf packet, int payload, int sequence) {
        for (int i = 8; i < payloadBytes; i++) {
            if (packet.getByte(payload + i) != pattern(i, sequence)) {
                return false;
            }
        }
        return true;
    }

    private static byte pattern(int index, int sequence) {
        return (byte) (index * 31 + sequence);
    }
}
