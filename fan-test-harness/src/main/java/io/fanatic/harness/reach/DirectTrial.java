package io.fanatic.harness.reach;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.core.Direct;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.net.PacketSockets;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.route.Link;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tries whether packets without encapsulation pass between this host and a peer on its segment. Each request is an echo request
 * between the two host addresses of the fan; it differs in how it and its answer travel:
 *
 * <pre>
 *   by the fan, options that the answer has too    encapsulated both ways: whether the rest tells anything
 *   by the fan, options that the answer lacks      to the peer encapsulated, back as the peer sends
 *   a frame of our own                             to the peer without encapsulation
 *   a frame of our own, with options               the peer's guard refuses it, a host without guard answers
 *   on the underlay, time to live 1                no router passes it on
 * </pre>
 *
 * @param peer the host, on-link, whose Ethernet address this host knows
 * @param card our underlay interface
 * @param bridge the fan's
 * @param mac the peer's Ethernet address
 * @param timeout how long to wait for an answer
 */
record DirectTrial(Peer peer, Link card, Link bridge, MacAddress mac, Duration timeout) {
    private static final int TRIES = 3;
    private static final int ETH_P_IP = 0x0800;
    /** A socket of one protocol hears only what the guard on the device has let pass. */
    private static final int ETH_P_ALL = 3;

    private static final int IPPROTO_RAW = 255;
    private static final int SNAP = 128;
    private static final Duration TURN = Duration.ofMillis(5);

    /** How an answer came. */
    private enum Answer {
        NONE,
        ENCAPSULATED,
        /** Without encapsulation, and the fan has let it in. */
        DIRECT,
        /** Without encapsulation, and nothing let it in. */
        DIRECT_REFUSED
    }

    /** To be called in the host's namespace; empty where it tells nothing, as the tunnel itself does not work or nobody has the option. */
    Optional<Stage.Direct> run() {
        try (Ears ears = new Ears()) {
            if (peer.fan().direct() == Direct.OFF) {
                Answer answer = ears.byFan(request());
                return answer == Answer.DIRECT || answer == Answer.DIRECT_REFUSED
                        ? failed(new Explanation.DirectUnexpected(peer.underlay()))
                        : Optional.empty();
            }
            if (ears.byFan(request().withOptionsBothWays()) == Answer.NONE) {
                return Optional.empty();
            }
            EchoRequest onUnderlay = request(underlay(), peer.underlay());
            if (ears.onUnderlay(onUnderlay.withTtl(1)) == Answer.NONE && ears.onUnderlay(onUnderlay) != Answer.NONE) {
                return failed(new Explanation.RouterBetween(peer.underlay()));
            }
            return judge(ears, ears.byFan(request().withOptions()));
        }
    }

    private Optional<Stage.Direct> judge(Ears ears, Answer back) {
        if (back == Answer.NONE) {
            return failed(new Explanation.DirectDropped(peer.underlay(), false));
        }
        if (back == Answer.DIRECT_REFUSED) {
            return failed(new Explanation.DirectRefused(peer.underlay()));
        }
        if (ears.byFrame(request()) == Answer.NONE) {
            return failed(
                    back == Answer.DIRECT
                            ? new Explanation.DirectDropped(peer.underlay(), true)
                            : new Explanation.DirectSilent(peer.underlay()));
        }
        if (!ears.aGuardIsThere()) {
            return failed(new Explanation.DirectNotReceived(peer.underlay()));
        }
        return Optional.of(new Stage.Direct(
                Optional.empty(),
                back == Answer.DIRECT
                        ? "packets without encapsulation pass both ways"
                        : "packets without encapsulation pass to it; it sends none"));
    }

    private static Optional<Stage.Direct> failed(Explanation why) {
        return Optional.of(new Stage.Direct(Optional.of(why), why.sentence()));
    }

    private Ipv4Address underlay() {
        return peer.fan().slices().get(0).underlayAddress();
    }

    private EchoRequest request() {
        return request(peer.fan().slices().get(0).hostAddress(), peer.address());
    }

    private static EchoRequest request(Ipv4Address from, Ipv4Address to) {
        return EchoRequest.of(from, to, ThreadLocalRandom.current().nextInt());
    }

    /** Hears what arrives at the card and what the fan lets in. */
    private final class Ears implements AutoCloseable {
        private final ByteBuffer packet = buffer(SNAP).order(ByteOrder.BIG_ENDIAN);
        private final int atCard = PacketSockets.open(card, Tcp.SOCK_DGRAM, ETH_P_ALL);
        private final int atBridge = PacketSockets.open(bridge, Tcp.SOCK_DGRAM, ETH_P_IP);

        Ears() {
            Sockets.receiveTimeout(atCard, TURN);
            Sockets.receiveTimeout(atBridge, TURN);
        }

        Answer byFan(EchoRequest request) {
            return byRoute(request, atBridge);
        }

        Answer onUnderlay(EchoRequest request) {
            return byRoute(request, atCard);
        }

        private Answer byRoute(EchoRequest request, int end) {
            int raw = Sockets.raw(IPPROTO_RAW, request.from(), request.to());
            try {
                return ask(request, end, bytes -> LIBC.send(raw, bytes, bytes.remaining(), 0));
            } finally {
                LIBC.close(raw);
            }
        }

        Answer byFrame(EchoRequest request) {
            return ask(request, atBridge, this::sendFrame);
        }

        private void sendFrame(ByteBuffer bytes) {
            ByteBuffer to = PacketSockets.address(card, ETH_P_IP, mac);
            sockets().sendto(atCard, bytes, bytes.remaining(), 0, to, to.capacity());
        }

        /** Whether frames with options get no answer although what is sent after them does. */
        boolean aGuardIsThere() {
            for (int i = 0; i < TRIES; i++) {
                EchoRequest refused = request().withOptions();
                EchoRequest after = request();
                sendFrame(refused.packet());
                sendFrame(after.packet());
                long until = System.nanoTime() + timeout.toNanos() / TRIES;
                boolean answered = false;
                while (!answered && System.nanoTime() - until < 0) {
                    long length = LIBC.recv(atBridge, packet, SNAP, 0);
                    if (length >= 0 && refused.isAnsweredBy(packet, (int) length)) {
                        return false;
                    }
                    answered = length >= 0 && after.isAnsweredBy(packet, (int) length);
                }
            }
            return true;
        }

        /** @param end where the answer is expected at last */
        private Answer ask(EchoRequest request, int end, Sending sending) {
            boolean direct = false;
            for (int i = 0; i < TRIES; i++) {
                sending.send(request.packet());
                long until = System.nanoTime() + timeout.toNanos() / TRIES;
                while (System.nanoTime() - until < 0) {
                    boolean delivered = hears(end, request, 0);
                    direct |= end != atCard && hears(atCard, request, Tcp.MSG_DONTWAIT);
                    if (delivered) {
                        return direct ? Answer.DIRECT : Answer.ENCAPSULATED;
                    }
                }
            }
            return direct ? Answer.DIRECT_REFUSED : Answer.NONE;
        }

        /** Reads until the answer comes, or nothing more. */
        private boolean hears(int fd, EchoRequest request, int flags) {
            long length = LIBC.recv(fd, packet, SNAP, flags);
            while (length >= 0) {
                if (request.isAnsweredBy(packet, (int) length)) {
                    return true;
                }
                length = LIBC.recv(fd, packet, SNAP, flags);
            }
            return false;
        }

        @Override
        public void close() {
            LIBC.close(atCard);
            LIBC.close(atBridge);
        }
    }

    /** How a packet leaves; what the kernel refuses is not answered. */
    private interface Sending {
        void send(ByteBuffer packet);
    }
}
