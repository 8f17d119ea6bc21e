package io.fanatic.harness.iperf;

import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.iperf.protocol.Handshake;
import io.fanatic.harness.iperf.stream.UdpReceiver;
import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Tcp;
import io.fanatic.harness.throughput.Tuning;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The server's one UDP socket, whose datagrams go to the streams by where they come from. */
final class UdpPort extends EpollHandle {
    private static final int AT_ONCE = 64;

    private final IperfServer server;
    private final ByteBuffer datagram = buffer(Tuning.MAX_DATAGRAM).order(ByteOrder.BIG_ENDIAN);
    private final ByteBuffer sender = buffer(SocketAddress.MAX_BYTES);
    private final ByteBuffer senderLength = buffer(4);
    private final Map<From, Peer> peers = new HashMap<>();

    /** Whose datagrams are one stream's. */
    private record From(IpAddress address, int port) {}

    private record Peer(ServerTest test, Optional<UdpReceiver> receiver) {}

    UdpPort(int fd, IperfServer server) {
        super(fd);
        this.server = server;
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        for (int i = 0; i < AT_ONCE; i++) {
            senderLength.putInt(0, SocketAddress.MAX_BYTES);
            long length =
                    sockets().recvfrom(number(), datagram, datagram.capacity(), Tcp.MSG_DONTWAIT, sender, senderLength);
            if (length < 0) {
                // Nothing there, or an ICMP error about something that we sent.
                return;
            }
            received((int) length);
        }
    }

    private void received(int length) {
        IpAddress address = SocketAddress.address(sender);
        int port = SocketAddress.port(sender);
        From key = new From(address, port);
        Peer known = peers.get(key);
        if (known != null) {
            known.receiver.ifPresent(stream -> stream.received(datagram, length));
            return;
        }
        int reply = Handshake.replyTo(datagram, length);
        Optional<ServerTest> test = reply == 0 ? Optional.empty() : server.waitingForUdp(address);
        if (test.isPresent()) {
            ByteBuffer to = SocketAddress.of(address, port);
            ByteBuffer answer =
                    buffer(Handshake.BYTES).order(ByteOrder.BIG_ENDIAN).putInt(0, reply);
            send(answer, to);
            peers.put(key, new Peer(test.get(), test.get().datagrams(bytes -> send(bytes, to))));
        }
    }

    /** False when the kernel has no room at present. */
    private boolean send(ByteBuffer bytes, ByteBuffer to) {
        return sockets().sendto(number(), bytes, bytes.capacity(), Tcp.MSG_DONTWAIT, to, to.capacity()) >= 0
                || !Tcp.wouldBlock(Native.errno());
    }

    void forget(ServerTest test) {
        peers.values().removeIf(peer -> peer.test == test);
    }

    @Override
    protected void broken(String reason) {
        // The loop is ending.
    }
}
