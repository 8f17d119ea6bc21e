package io.fanatic.harness.iperf.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The datagrams by which a UDP stream begins, four bytes each; releases before 3.11 have others. */
public final class Handshake {
    public static final int BYTES = 4;

    public static final int HELLO = 0x39383736;
    public static final int REPLY = 0x36373839;
    /** 123456789 and 987654321, as little endian machines write them. */
    private static final int OLD_HELLO = 0x15cd5b07;

    private static final int OLD_REPLY = 0xb168de3a;

    private Handshake() {}

    /** What a server answers to this datagram; 0 when it is no hello. */
    public static int replyTo(ByteBuffer datagram, int length) {
        if (length != BYTES) {
            return 0;
        }
        return switch (number(datagram)) {
            case HELLO -> REPLY;
            case OLD_HELLO -> OLD_REPLY;
            default -> 0;
        };
    }

    public static boolean isReply(ByteBuffer datagram, int length) {
        return length == BYTES && (number(datagram) == REPLY || number(datagram) == OLD_REPLY);
    }

    private static int number(ByteBuffer datagram) {
        return datagram.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(0);
    }
}
