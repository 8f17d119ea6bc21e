package io.fanatic.netlink.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A walk over a row of netlink attributes. It points before the first; {@link #next} moves on, and the other methods speak
 * of the attribute it points at.
 *
 * <pre>
 *   while (attributes.next()) {
 *       switch (attributes.type()) {
 *           case IFLA_MTU -&gt; mtu = attributes.u32();
 *           case IFLA_IFNAME -&gt; name = attributes.string();
 *           default -&gt; { }
 *       }
 *   }
 * </pre>
 *
 * <p>A longer value than asked for is read by its first bytes, as the kernel itself does when a structure has grown. Valid
 * until the socket receives again. Every reading method throws {@link MalformedReplyException} for a value too short.
 */
public final class Attributes {
    private static final int TYPE_MASK = 0x3fff;

    private final ByteBuffer buffer;
    private final int end;
    private int next;
    private int type;
    private int value;
    private int length;

    Attributes(ByteBuffer buffer, int start, int end) {
        this.buffer = buffer;
        this.next = start;
        this.end = end;
    }

    /** Moves to the next attribute; false after the last one. */
    public boolean next() {
        int left = end - next;
        if (left < Request.ATTRIBUTE_HEADER_LENGTH) {
            return false;
        }
        int total = buffer.getShort(next) & 0xffff;
        if (total < Request.ATTRIBUTE_HEADER_LENGTH || total > left) {
            throw new MalformedReplyException("an attribute of " + total + " bytes where " + left + " are left");
        }
        type = buffer.getShort(next + 2) & TYPE_MASK;
        value = next + Request.ATTRIBUTE_HEADER_LENGTH;
        length = total - Request.ATTRIBUTE_HEADER_LENGTH;
        next += Request.align(total);
        return true;
    }

    /** The attribute's number, without the flags that share its field. */
    public int type() {
        return type;
    }

    /** Bytes of the value. */
    public int length() {
        return length;
    }

    /** 0 to 255. */
    public int u8() {
        return u8(0);
    }

    /** The byte at an offset into the value, 0 to 255. */
    public int u8(int offset) {
        return buffer.get(at(offset, 1)) & 0xff;
    }

    /** 0 to 65535. */
    public int u16() {
        return u16(0);
    }

    /** The 16 bits at an offset into the value, 0 to 65535. */
    public int u16(int offset) {
        return buffer.getShort(at(offset, 2)) & 0xffff;
    }

    /** 32 bits; the sign is the caller's to read. */
    public int u32() {
        return u32(0);
    }

    /** The 32 bits at an offset into the value. */
    public int u32(int offset) {
        return buffer.getInt(at(offset, 4));
    }

    /** The 64 bits at an offset into the value. */
    public long u64(int offset) {
        return buffer.getLong(at(offset, 8));
    }

    /** A number in network byte order, 0 to 65535. */
    public int be16() {
        int start = at(0, 2);
        return (buffer.get(start) & 0xff) << 8 | buffer.get(start + 1) & 0xff;
    }

    /** 32 bits in network byte order, such as an IPv4 address. */
    public int be32() {
        int number = buffer.getInt(at(0, 4));
        return buffer.order() == ByteOrder.BIG_ENDIAN ? number : Integer.reverseBytes(number);
    }

    /** The text up to its closing NUL or the end of the value. */
    public String string() {
        int chars = 0;
        while (chars < length && buffer.get(value + chars) != 0) {
            chars++;
        }
        byte[] bytes = new byte[chars];
        buffer.get(value, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public byte[] bytes() {
        byte[] bytes = new byte[length];
        buffer.get(value, bytes);
        return bytes;
    }

    /** The attributes inside this one. */
    public Attributes nested() {
        return nested(0, length);
    }

    /** The attributes inside this one, behind a structure of so many bytes. */
    public Attributes nested(int structureLength) {
        return nested(Request.align(structureLength), length);
    }

    /** The attributes between two offsets into this one; the first offset is a multiple of 4. */
    public Attributes nested(int from, int to) {
        at(from, to - from);
        return new Attributes(buffer, value + from, value + to);
    }

    private int at(int offset, int bytes) {
        if (offset + bytes > length) {
            throw new MalformedReplyException(
                    "attribute " + type + " has " + length + " bytes instead of " + (offset + bytes));
        }
        return value + offset;
    }
}
