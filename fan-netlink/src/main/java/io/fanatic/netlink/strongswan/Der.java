package io.fanatic.netlink.strongswan;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Reads ASN.1 in its distinguished encoding (X.690): elements of one byte's tag, length, content. */
final class Der {
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int SEQUENCE = 0x30;

    private final ByteBuffer bytes;

    Der(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    boolean hasMore() {
        return bytes.hasRemaining();
    }

    boolean isNext(int tag) {
        return bytes.hasRemaining() && (bytes.get(bytes.position()) & 0xff) == tag;
    }

    /** @throws IOException when the next element has another tag, or is cut off */
    byte[] content(int tag) throws IOException {
        if (!isNext(tag)) {
            throw new IOException("it is not encoded as X.509 has it");
        }
        return content();
    }

    /** The content of the next element, whatever it is. */
    byte[] content() throws IOException {
        try {
            bytes.get();
            int length = bytes.get() & 0xff;
            if (length > 0x80) {
                int digits = length & 0x7f;
                length = 0;
                for (int i = 0; i < digits; i++) {
                    length = Math.addExact(Math.multiplyExact(length, 256), bytes.get() & 0xff);
                }
            }
            if (length > bytes.remaining()) {
                throw new BufferUnderflowException();
            }
            byte[] content = new byte[length];
            bytes.get(content);
            return content;
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw new IOException("it is cut off", e);
        }
    }

    Der in(int tag) throws IOException {
        return new Der(content(tag));
    }
}
