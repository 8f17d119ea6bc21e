package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one netlink request. First {@link #start}, then the fixed part of the message with {@code put8}, {@code put16},
 * {@code put32}, then attributes in any order; {@link #nest} opens an attribute that holds attributes and {@link #end}
 * closes it. One buffer serves all requests of a socket.
 *
 * <pre>
 *   0       4     6      8         12      16
 *   | length| type| flags| sequence| port  | fixed part | attribute | attribute ...
 *
 *   attribute:  | length 2 | type 2 | value | padding to 4 |      length counts the 4 bytes of its header, not the padding
 * </pre>
 */
public final class Request {
    static final int HEADER_LENGTH = 16;
    static final int ATTRIBUTE_HEADER_LENGTH = 4;

    static final int F_REQUEST = 0x1;
    static final int F_ACK = 0x4;
    static final int F_DUMP = 0x300;

    /** Replace what is there (NLM_F_REPLACE). */
    public static final int F_REPLACE = 0x100;
    /** Refuse when it is there (NLM_F_EXCL). */
    public static final int F_EXCL = 0x200;
    /** Make it when it is not there (NLM_F_CREATE). */
    public static final int F_CREATE = 0x400;

    private static final int NLA_F_NESTED = 0x8000;
    private static final int CAPACITY = 8192;
    private static final int DEEPEST_NEST = 8;

    private final ByteBuffer buffer = Native.buffer(CAPACITY);
    private final int[] nests = new int[DEEPEST_NEST];
    private int depth;

    /** Forgets what was written and starts a request of this type (RTM_NEWLINK and so on) with flags beside F_REQUEST. */
    public Request start(int type, int flags) {
        depth = 0;
        buffer.clear();
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | F_REQUEST));
        buffer.putInt(0).putInt(0);
        return this;
    }

    /** Appends one byte of the fixed part. */
    public Request put8(int value) {
        room(1).put((byte) value);
        return this;
    }

    /** Appends two bytes of the fixed part. */
    public Request put16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    /** Appends four bytes of the fixed part. */
    public Request put32(int value) {
        room(4).putInt(value);
        return this;
    }

    /** Appends two bytes of the fixed part in network byte order, such as a UDP port. */
    public Request putBe16(int value) {
        room(2).put((byte) (value >> 8)).put((byte) value);
        return this;
    }

    /** Appends four bytes of the fixed part in network byte order, such as an IPv4 address. */
    public Request putBe32(int value) {
        return putBe16(value >>> 16).putBe16(value);
    }

    public Request u8(int type, int value) {
        attribute(type, 1).put((byte) value);
        return pad();
    }

    public Request u16(int type, int value) {
        attribute(type, 2).putShort((short) value);
        return pad();
    }

    public Request u32(int type, int value) {
        attribute(type, 4).putInt(value);
        return this;
    }

    /** A number in network byte order, such as a UDP port. */
    public Request be16(int type, int value) {
        attribute(type, 2).put((byte) (value >> 8)).put((byte) value);
        return pad();
    }

    /** A number in network byte order, such as an IPv4 address. */
    public Request be32(int type, int value) {
        attribute(type, 4).putInt(buffer.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
        return this;
    }

    /**
     * A text with its closing NUL, in UTF-8.
     *
     * @throws IllegalArgumentException when the text holds a NUL, which would cut it short unnoticed
     */
    public Request string(int type, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text for the kernel cannot hold a NUL");
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        attribute(type, bytes.length + 1).put(bytes).put((byte) 0);
        return pad();
    }

    public Request bytes(int type, byte... value) {
        attribute(type, value.length).put(value);
        return pad();
    }

    /** An attribute whose presence is its value. */
    public Request flag(int type) {
        attribute(type, 0);
        return this;
    }

    /** Opens an attribute that holds the attributes written until the matching {@link #end}. */
    public Request nest(int type) {
        if (depth == DEEPEST_NEST) {
            throw new IllegalStateException("attributes nested deeper than " + DEEPEST_NEST);
        }
        nests[depth++] = buffer.position();
        attribute(type | NLA_F_NESTED, 0);
        return this;
    }

    /** Closes the attribute opened last. */
    public Request end() {
        if (depth == 0) {
            throw new IllegalStateException("no attribute is open");
        }
        int start = nests[--depth];
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    /** Completes the header; the buffer then runs from 0 to the length of the message. */
    ByteBuffer finish(int extraFlags, int sequence, int port) {
        if (depth != 0) {
            throw new IllegalStateException("an attribute is still open");
        }
        int length = buffer.position();
        buffer.putInt(0, length);
        buffer.putShort(6, (short) (buffer.getShort(6) | extraFlags));
        buffer.putInt(8, sequence);
        buffer.putInt(12, port);
        return buffer.duplicate().order(buffer.order()).flip();
    }

    private ByteBuffer attribute(int type, int valueLength) {
        int length = ATTRIBUTE_HEADER_LENGTH + valueLength;
        return room(align(length)).putShort((short) length).putShort((short) type);
    }

    private ByteBuffer room(int bytes) {
        if (bytes > buffer.remaining()) {
            throw new IllegalArgumentException("a netlink request longer than " + CAPACITY + " bytes");
        }
        return buffer;
    }

    private Request pad() {
        while ((buffer.position() & 3) != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    static int align(int length) {
        return length + 3 & ~3;
    }
}
