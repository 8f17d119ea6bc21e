package io.fanatic.harness.iperf;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.iperf.protocol.Cookie;
import io.fanatic.harness.iperf.stream.TcpStream;
import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.libc.Errno;
import java.util.function.Consumer;

/** A client's TCP stream until it is connected and its cookie sent; then the descriptor goes on to a {@link TcpStream}. */
final class Connecting extends EpollHandle {
    private final Cookie cookie;
    private final Consumer<String> done;

    /** @param done hears an empty text, or why it failed; then the descriptor is closed */
    Connecting(int fd, Cookie cookie, Consumer<String> done) {
        super(fd);
        this.cookie = cookie;
        this.done = done;
    }

    /** The error number with which connecting failed at once; 0 when it goes on. */
    int connect(IpAddress address, int port) {
        int errno = Tcp.connect(number(), address, port);
        return errno == Errno.EINPROGRESS ? 0 : errno;
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        if (!writable) {
            return;
        }
        int errno = Tcp.error(number());
        if (errno != 0) {
            broken("cannot connect a stream: " + Errno.describe(errno));
            return;
        }
        // A fresh connection has room for 37 bytes.
        byte[] bytes = cookie.bytes();
        long sent = LIBC.send(
                number(), buffer(bytes.length).put(bytes).flip(), bytes.length, Tcp.MSG_DONTWAIT | Tcp.MSG_NOSIGNAL);
        if (sent != bytes.length) {
            broken("cannot begin a stream");
            return;
        }
        release();
        done.accept("");
    }

    @Override
    protected void broken(String reason) {
        close();
        done.accept(reason);
    }
}
