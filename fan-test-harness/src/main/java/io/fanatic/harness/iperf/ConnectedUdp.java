package io.fanatic.harness.iperf;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.errno;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.iperf.protocol.Handshake;
import io.fanatic.harness.iperf.stream.UdpReceiver;
import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Tcp;
import io.fanatic.harness.throughput.Tuning;
import io.fanatic.netlink.libc.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Consumer;

/** A client's UDP socket: says hello, waits for the reply, then carries one stream. */
final class ConnectedUdp extends EpollHandle {
    private static final int AT_ONCE = 64;

    private final Consumer<String> done;
    private final ByteBuffer datagram = buffer(Tuning.MAX_DATAGRAM).order(ByteOrder.BIG_ENDIAN);
    private boolean greeted;
    private Optional<UdpReceiver> receiver = Optional.empty();

    /** @param done hears an empty text when the server has replied, or why it did not */
    ConnectedUdp(int fd, Consumer<String> done) {
        super(fd);
        this.done = done;
    }

    /** The error number with which it failed; 0 for none. */
    int greet(IpAddress address, int port) {
        int errno = Tcp.connect(number(), address, port);
        if (errno != 0) {
            return errno;
        }
        datagram.putInt(0, Handshake.HELLO);
        return LIBC.send(number(), datagram, Handshake.BYTES, Tcp.MSG_DONTWAIT) < 0 ? errno() : 0;
    }

    void deliverTo(UdpReceiver stream) {
        receiver = Optional.of(stream);
    }

    /** False when the kernel has no room at present. A datagram that the network refuses is a lost one. */
    boolean send(ByteBuffer bytes) {
        return LIBC.send(number(), bytes, bytes.capacity(), Tcp.MSG_DONTWAIT | Tcp.MSG_NOSIGNAL) >= 0
                || !Tcp.wouldBlock(errno());
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        for (int i = 0; i < AT_ONCE; i++) {
            int length = (int) LIBC.recv(number(), datagram, datagram.capacity(), Tcp.MSG_DONTWAIT);
            if (length < 0) {
                if (!Tcp.wouldBlock(errno()) && !greeted) {
                    broken("the server does not take UDP streams: " + Errno.describe(errno()));
                }
                return;
            }
            if (!greeted) {
                if (Handshake.isReply(datagram, length)) {
                    greeted = true;
                    done.accept("");
                }
            } else {
                receiver.ifPresent(stream -> stream.received(datagram, length));
            }
        }
    }

    @Override
    protected void broken(String reason) {
        close();
        done.accept(reason);
    }
}
