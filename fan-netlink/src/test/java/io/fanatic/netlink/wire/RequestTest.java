package io.fanatic.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class RequestTest {
    private final Request request = new Request();

    @Test
    void theBytesAreThoseOfTheKernelsHeaders() {
        request.start(16, Request.F_CREATE).put8(7).put8(0).put16(0x0102).put32(5);
        request.string(3, "fan").be16(15, 8472).nest(18).u8(1, 9).end().flag(2);

        byte[] bytes = bytes(request.finish(Request.F_ACK, 0x11, 0x22));

        ByteBuffer expected = ByteBuffer.allocate(60).order(ByteOrder.nativeOrder());
        expected.putInt(56)
                .putShort((short) 16)
                .putShort((short) 0x405)
                .putInt(0x11)
                .putInt(0x22);
        expected.put((byte) 7).put((byte) 0).putShort((short) 0x0102).putInt(5);
        expected.putShort((short) 8).putShort((short) 3).put(new byte[] {'f', 'a', 'n', 0});
        expected.putShort((short) 6).putShort((short) 15).put(new byte[] {0x21, 0x18, 0, 0});
        expected.putShort((short) 12).putShort((short) 0x8012);
        expected.putShort((short) 5).putShort((short) 1).put(new byte[] {9, 0, 0, 0});
        expected.putShort((short) 4).putShort((short) 2).flip();
        assertThat(bytes).containsExactly(bytes(expected));
    }

    @Test
    void aNewStartForgetsTheOldRequest() {
        request.start(1, 0).nest(1).string(2, "rest");
        request.start(2, 0);

        assertThat(request.finish(0, 0, 0).remaining()).isEqualTo(16);
    }

    @Test
    void aTextWithNulIsRefused() {
        request.start(1, 0);

        assertThatThrownBy(() -> request.string(1, "a\0b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nestsMustMatchAndEndSomewhere() {
        assertThatThrownBy(() -> request.start(1, 0).end()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.start(1, 0).nest(1).finish(0, 0, 0)).isInstanceOf(IllegalStateException.class);
        request.start(1, 0);
        for (int i = 0; i < 8; i++) {
            request.nest(1);
        }
        assertThatThrownBy(() -> request.nest(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRequestThatDoesNotFitIsRefusedAndTheNextOneFits() {
        request.start(1, 0);

        assertThatThrownBy(() -> request.bytes(1, new byte[8192]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8192");
        request.start(1, 0).bytes(1, new byte[8172]);
        assertThat(request.finish(0, 0, 0).remaining()).isEqualTo(8192);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
