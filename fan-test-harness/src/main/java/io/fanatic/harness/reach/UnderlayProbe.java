package io.fanatic.harness.reach;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.core.MacAddress;
import io.fanatic.core.Transport;
import io.fanatic.harness.net.PacketSockets;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.route.Link;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks a host on the same network, over the underlay, to answer our host address in the overlay: an echo request in a frame to its
 * Ethernet address. It must answer through its fan, and what then comes from it shows the type of its fan, and of VXLAN the UDP port and VNI.
 *
 * <p>To the host it is a forged packet. So the Ubuntu fan answers, and a fan of ours where the kernel has no nftables; where there is the table
 * {@code fanatic-tunnel}, where the host checks the way of source addresses strictly (rp_filter 1), and where there is no fan, nothing does.
 *
 * @param peer the host
 * @param link our underlay interface
 * @param mac the host's Ethernet address
 * @param timeout how long to watch
 */
record UnderlayProbe(Peer peer, Link link, MacAddress mac, Duration timeout) {
    private static final int TRIES = 3;
    private static final int ETH_P_IP = 0x0800;
    private static final int SNAP = 128;

    private static final int IPV4 = 20;
    private static final int UDP = 8;
    private static final int IKE = 500;
    private static final int VXLAN = 8;
    private static final int VXLAN_HAS_VNI = 0x08;

    /** To be called in the host's namespace. */
    Optional<Transport> run() {
        return run(() -> {});
    }

    /** @param onIke run when the host begins to make keys with this one, as an encrypted fan does */
    Optional<Transport> run(Runnable onIke) {
        int fd = open();
        try {
            for (int i = 0; i < TRIES; i++) {
                send(fd);
                Optional<Transport> seen = watch(fd, System.nanoTime() + timeout.toNanos() / TRIES, onIke);
                if (seen.isPresent()) {
                    return seen;
                }
            }
            return Optional.empty();
        } finally {
            LIBC.close(fd);
        }
    }

    /** Gives whole IPv4 packets of this interface, without their Ethernet headers. */
    private int open() {
        int fd = PacketSockets.open(link, Tcp.SOCK_DGRAM, ETH_P_IP);
        Sockets.receiveTimeout(fd, timeout.dividedBy(TRIES * 4));
        return fd;
    }

    private void send(int fd) {
        ByteBuffer packet = echoRequest(peer);
        ByteBuffer to = PacketSockets.address(link, ETH_P_IP, mac);
        sockets().sendto(fd, packet, packet.capacity(), 0, to, to.capacity());
    }

    /** An IPv4 packet from our host address to the peer's that asks for an echo nobody waits for. */
    static ByteBuffer echoRequest(Peer peer) {
        return EchoRequest.of(peer.fan().slices().get(0).hostAddress(), peer.address(), 0)
                .packet();
    }

    private Optional<Transport> watch(int fd, long until, Runnable onIke) {
        ByteBuffer packet = buffer(SNAP).order(ByteOrder.BIG_ENDIAN);
        while (System.nanoTime() - until < 0) {
            long length = LIBC.recv(fd, packet, SNAP, 0);
            Optional<Transport> seen = length < 0 ? Optional.empty() : carrier(packet, (int) length, onIke);
            if (seen.isPresent()) {
                return seen;
            }
        }
        return Optional.empty();
    }

    /** What carries a packet of the host's. */
    private Optional<Transport> carrier(ByteBuffer packet, int length, Runnable onIke) {
        if (length < IPV4 || packet.getInt(12) != peer.underlay().bits()) {
            return Optional.empty();
        }
        return switch (packet.get(9)) {
            case Sockets.IPPROTO_IPIP -> Optional.of(new Transport.Ipip());
            case Sockets.IPPROTO_UDP -> {
                int header = (packet.get(0) & 15) * 4;
                if (length >= header + UDP && (packet.getShort(header + 2) & 0xffff) == IKE) {
                    onIke.run();
                }
                yield vxlan(packet, length);
            }
            default -> Optional.empty();
        };
    }

    /** Of a VXLAN packet (RFC 7348). */
    private static Optional<Transport> vxlan(ByteBuffer packet, int length) {
        int header = (packet.get(0) & 15) * 4;
        int tunnel = header + UDP;
        if (length < tunnel + VXLAN || packet.get(tunnel) != VXLAN_HAS_VNI || packet.get(tunnel + 7) != 0) {
            return Optional.empty();
        }
        int port = packet.getShort(header + 2) & 0xffff;
        return port == 0
                ? Optional.empty()
                : Optional.of(new Transport.Vxlan(packet.getInt(tunnel + 4) >>> 8, port, false));
    }
}
