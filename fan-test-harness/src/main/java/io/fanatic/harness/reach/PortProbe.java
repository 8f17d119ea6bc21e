package io.fanatic.harness.reach;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.net.Sockets;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Looks whether a UDP port is refused: a host on which nothing listens answers "port unreachable" (RFC 1122, 4.1.3.1). */
final class PortProbe {
    private static final int TRIES = 2;

    private PortProbe() {}

    enum Answer {
        /** ICMP port or protocol unreachable. */
        REFUSED,
        /** ICMP unreachable of another kind, as filters send it. */
        PROHIBITED,
        /** Nothing: the port is open, or something swallows. */
        SILENT
    }

    /** Sends a datagram that no tunnel takes for one of its own; in the calling thread's namespace. */
    static Answer at(Ipv4Address address, int port, Duration timeout) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(Sockets.inetAddress(address), port);
            socket.setSoTimeout((int) Math.max(1, timeout.toMillis() / TRIES));
            byte[] nothing = new byte[8];
            for (int i = 0; i < TRIES; i++) {
                try {
                    socket.send(new DatagramPacket(nothing, nothing.length));
                    socket.receive(new DatagramPacket(nothing, nothing.length));
                } catch (PortUnreachableException e) {
                    return Answer.REFUSED;
                } catch (SocketTimeoutException e) {
                    continue;
                } catch (IOException e) {
                    return Answer.PROHIBITED;
                }
            }
            return Answer.SILENT;
        }
    }
}
