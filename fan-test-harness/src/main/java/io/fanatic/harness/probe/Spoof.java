package io.fanatic.harness.probe;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * The attempt to speak for somebody else: UDP datagrams with a forged source address, sent as raw frames.
 *
 * <p>That a frame does not arrive proves little, it may have died of anything. So an honest frame of the same kind goes
 * before the forged ones and another behind them, both must arrive, and a counter at the place that refuses must have
 * moved by as many as were forged.
 *
 * @param way where and how frames are sent
 * @param receiver who must not get them
 * @param receiverAddress an address of the receiver
 * @param receiverMac the Ethernet address of the interface that holds it
 * @param honest a source address that the sender may use
 * @param forged a source address that it may not
 * @param count how many forged frames to send, at least 1
 * @param timeout how long to wait for each honest frame, and for the counter
 */
public record Spoof(
        FrameSender way,
        Namespace receiver,
        Ipv4Address receiverAddress,
        MacAddress receiverMac,
        Ipv4Address honest,
        Ipv4Address forged,
        int count,
        Duration timeout) {

    /** Honest frames: one before the forged ones and one behind. */
    public static final int CONTROLS = 2;

    private static final long POLL_MILLIS = 5;

    /**
     * Three forged frames, and two seconds for each thing to wait for.
     *
     * @param way where and how frames are sent
     * @param receiver who must not get them
     * @param receiverAddress an address of the receiver
     * @param receiverMac the Ethernet address of the interface that holds it
     * @param honest a source address that the sender may use
     * @param forged a source address that it may not
     */
    public Spoof(
            FrameSender way,
            Namespace receiver,
            Ipv4Address receiverAddress,
            MacAddress receiverMac,
            Ipv4Address honest,
            Ipv4Address forged) {
        this(way, receiver, receiverAddress, receiverMac, honest, forged, 3, Duration.ofSeconds(2));
    }

    /**
     * Tries it and waits for the outcome.
     *
     * @param refused reads the counter of refused frames; it may count other refused frames, too
     * @return what was sent, what arrived, what was refused
     * @throws io.fanatic.core.FanaticException when a namespace or an interface is gone
     */
    public SpoofResult run(LongSupplier refused) {
        try (DatagramSocket socket =
                        receiver.call(() -> new DatagramSocket(Sockets.socketAddress(receiverAddress, 0)));
                FrameSender.Open sender = way.open()) {
            Attempt attempt = new Attempt(socket, sender);
            long before = refused.getAsLong();
            attempt.sendAndAwaitHonest();
            for (int i = 0; i < count; i++) {
                attempt.send(forged);
            }
            // Frames keep their order on this way, so whatever was let through is here when this one is.
            attempt.sendAndAwaitHonest();
            return attempt.result(growth(refused, before));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot try a forged frame: " + e.getMessage(), e);
        }
    }

    /** How far the counter has moved: as soon as it is far enough, or what it is when time is up. */
    private long growth(LongSupplier refused, long before) {
        long deadline = System.nanoTime() + timeout.toNanos();
        long growth = refused.getAsLong() - before;
        while (growth < count && System.nanoTime() < deadline) {
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return growth;
            }
            growth = refused.getAsLong() - before;
        }
        return growth;
    }

    /** One run: what was sent, and what came out at the other end. */
    private final class Attempt {
        private final DatagramSocket socket;
        private final FrameSender.Open sender;
        private final long nonce = ThreadLocalRandom.current().nextLong();
        private int number;
        private int delivered;
        private int controls;

        Attempt(DatagramSocket socket, FrameSender.Open sender) {
            this.socket = socket;
            this.sender = sender;
        }

        void send(Ipv4Address source) throws IOException {
            ByteBuffer payload =
                    ByteBuffer.allocate(12).putLong(nonce).putInt(++number).flip();
            sender.send(Frames.udp(receiverMac, sender.mac(), source, receiverAddress, socket.getLocalPort(), payload));
        }

        void sendAndAwaitHonest() throws IOException {
            send(honest);
            int awaited = number;
            long deadline = System.nanoTime() + timeout.toNanos();
            DatagramPacket packet = new DatagramPacket(new byte[64], 64);
            while (true) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return;
                }
                socket.setSoTimeout((int) left);
                try {
                    socket.receive(packet);
                } catch (SocketTimeoutException e) {
                    return;
                }
                ByteBuffer payload = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
                if (packet.getLength() != 12 || payload.getLong() != nonce) {
                    continue;
                }
                IpAddress source = Sockets.address(packet.getAddress());
                if (source.equals(forged)) {
                    delivered++;
                } else if (source.equals(honest) && payload.getInt() == awaited) {
                    controls++;
                    return;
                }
            }
        }

        SpoofResult result(long growth) {
            return new SpoofResult(count, delivered, controls, growth);
        }
    }
}
