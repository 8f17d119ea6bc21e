package io.fanatic.harness.net;

import io.netty.buffer.ByteBuf;

/** The Internet checksum (RFC 1071), whose complement IPv4, ICMP, UDP and TCP have in their headers. */
public final class InternetChecksum {
    private InternetChecksum() {}

    /**
     * {@return the sum, 16 bits; of what has a right checksum in it, 0xffff}
     *
     * @param bytes big endian
     * @param start index of the first byte
     * @param length in bytes; an odd last byte is padded with zero
     */
    public static int sum(ByteBuf bytes, int start, int length) {
        long sum = 0;
        int i = 0;
        for (; i + 1 < length; i += 2) {
            sum += bytes.getUnsignedShort(start + i);
        }
        if (i < length) {
            sum += bytes.getUnsignedByte(start + i) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }
}
