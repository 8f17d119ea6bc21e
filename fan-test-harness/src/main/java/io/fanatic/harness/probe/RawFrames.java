package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.MacAddress;
import java.nio.ByteBuffer;

/**
 * A raw or packet socket that sends frames.
 *
 * @param skipped how many bytes at the start of each frame stay behind, as the socket makes what comes before the rest
 */
record RawFrames(int fd, MacAddress mac, int skipped) implements FrameSender.Open {
    @Override
    public void send(ByteBuffer frame) {
        ByteBuffer rest = frame.duplicate();
        rest.position(rest.position() + skipped);
        int length = rest.remaining();
        ByteBuffer bytes = buffer(Math.max(1, length)).put(rest).flip();
        check("send a frame", LIBC.send(fd, bytes, length, 0));
    }

    @Override
    public void close() {
        LIBC.close(fd);
    }
}
