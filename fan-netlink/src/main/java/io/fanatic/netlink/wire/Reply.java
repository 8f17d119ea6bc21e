package io.fanatic.netlink.wire;

import java.nio.ByteBuffer;

/**
 * A walk over the messages of one received datagram. It points before the first; {@link #next} moves on, and the other
 * methods speak of the message it points at. Valid until the socket receives again.
 */
public final class Reply {
    private static final int F_MULTI = 0x2;
    private static final int F_DUMP_INTR = 0x10;

    private final ByteBuffer buffer;
    private final int end;
    private int next;
    private int start;
    private int length;

    /** @param datagram in native byte order; its messages lie between position and limit */
    Reply(ByteBuffer datagram) {
        buffer = datagram;
        next = datagram.position();
        end = datagram.limit();
    }

    boolean next() {
        int left = end - next;
        if (left <= 0) {
            return false;
        }
        int total = left < Request.HEADER_LENGTH ? 0 : buffer.getInt(next);
        if (total < Request.HEADER_LENGTH || total > left) {
            throw new MalformedReplyException("a message of " + total + " bytes where " + left + " are left");
        }
        start = next;
        length = total;
        // The last message of a datagram need not be padded.
        next += Math.min(left, Request.align(total));
        return true;
    }

    /** The message type, such as RTM_NEWLINK. */
    public int type() {
        return buffer.getShort(start + 4) & 0xffff;
    }

    int flags() {
        return buffer.getShort(start + 6) & 0xffff;
    }

    boolean dumpInterrupted() {
        return (flags() & F_DUMP_INTR) != 0;
    }

    /** Whether more messages follow in the answer (NLM_F_MULTI). */
    boolean partOfList() {
        return (flags() & F_MULTI) != 0;
    }

    int sequence() {
        return buffer.getInt(start + 8);
    }

    int port() {
        return buffer.getInt(start + 12);
    }

    /** The byte at this offset into the fixed part, 0 to 255. */
    public int u8(int offset) {
        return buffer.get(at(offset, 1)) & 0xff;
    }

    /** Two bytes at this offset into the fixed part, 0 to 65535. */
    public int u16(int offset) {
        return buffer.getShort(at(offset, 2)) & 0xffff;
    }

    /** Four bytes at this offset into the fixed part. */
    public int u32(int offset) {
        return buffer.getInt(at(offset, 4));
    }

    /** Eight bytes at this offset into the fixed part. */
    public long u64(int offset) {
        return buffer.getLong(at(offset, 8));
    }

    /** Two bytes in network byte order at this offset into the fixed part, 0 to 65535. */
    public int be16(int offset) {
        return u8(offset) << 8 | u8(offset + 1);
    }

    /** Four bytes in network byte order at this offset into the fixed part. */
    public int be32(int offset) {
        return be16(offset) << 16 | be16(offset + 2);
    }

    /** The attributes behind a fixed part of so many bytes. */
    public Attributes attributes(int fixedLength) {
        at(0, fixedLength);
        int first = start + Request.HEADER_LENGTH + Request.align(fixedLength);
        return new Attributes(buffer, first, start + length);
    }

    private int at(int offset, int bytes) {
        int at = Request.HEADER_LENGTH + offset;
        // By subtraction: bytes may come from the message itself and be anything.
        if (bytes < 0 || bytes > length - at) {
            throw new MalformedReplyException(
                    "message type " + type() + " of " + length + " bytes has none from " + at + " to " + bytes);
        }
        return start + at;
    }
}
