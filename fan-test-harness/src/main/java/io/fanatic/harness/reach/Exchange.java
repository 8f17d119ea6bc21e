package io.fanatic.harness.reach;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Sockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.apache.commons.net.SocketClient;
import org.apache.commons.net.discard.DiscardTCPClient;
import org.apache.commons.net.echo.EchoTCPClient;
import org.apache.commons.net.echo.EchoUDPClient;

/**
 * Data to echo (RFC 862) and discard (RFC 863) services, by the clients of Commons Net: whatever speaks these will do at the other
 * end, inetd, socat or {@code fanatic serve}. Sockets are of the calling thread's network namespace.
 *
 * @param address of the peer
 * @param timeout for connecting, and for each pause
 */
record Exchange(IpAddress address, Duration timeout) {
    private static final int CHUNK = 64 << 10;
    private static final int SHORT_BYTES = 64;
    private static final int DATAGRAMS = 5;
    private static final int DATAGRAM_BYTES = 512;
    private static final int MAX_SEED = 1 << 30;

    /** What was wrong, and when it was. */
    private static final class Failure extends IOException {
        private static final long serialVersionUID = 1;
        private final TransferFailure failure;

        Failure(TransferFailure failure, String message) {
            super(message);
            this.failure = failure;
        }
    }

    /** The exception's kind tells what was wrong. */
    private interface Work {
        void run() throws IOException;
    }

    Stage.Exchanged echoShort(int port) {
        return run(Service.ECHO_SHORT, SHORT_BYTES, port, () -> echo(port, SHORT_BYTES));
    }

    Stage.Exchanged echoLong(int port, long bytes) {
        return run(Service.ECHO_LONG, bytes, port, () -> echo(port, bytes));
    }

    private Stage.Exchanged run(Service service, long bytes, int port, Work work) {
        long start = System.nanoTime();
        try {
            work.run();
            return new Stage.Exchanged(service, bytes, System.nanoTime() - start, TransferFailure.NONE, "");
        } catch (Failure e) {
            return new Stage.Exchanged(service, bytes, 0, e.failure, String.valueOf(e.getMessage()));
        } catch (NoRouteToHostException e) {
            return new Stage.Exchanged(service, bytes, 0, TransferFailure.SILENT, "no route to " + address);
        } catch (ConnectException | PortUnreachableException e) {
            return new Stage.Exchanged(service, bytes, 0, TransferFailure.REFUSED, "port " + port + " refuses");
        } catch (IOException e) {
            return new Stage.Exchanged(service, bytes, 0, TransferFailure.CUT, String.valueOf(e.getMessage()));
        }
    }

    private InetAddress inet() {
        return Sockets.inetAddress(address);
    }

    /** {@return whether a TCP port takes a connection, whatever listens there then does with it} */
    boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(inet(), port), (int) timeout.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void echo(int port, long bytes) throws IOException {
        EchoTCPClient client = new EchoTCPClient();
        connect(client, port);
        long seed = new SplittableRandom().nextInt(MAX_SEED);
        CRC32C sent = new CRC32C();
        try {
            client.setSoTimeout((int) timeout.toMillis());
            Thread writer = writing(() -> write(client.getOutputStream(), bytes, seed, sent));
            CRC32C back = new CRC32C();
            long received = read(client.getInputStream(), bytes, back);
            join(writer, 0);
            if (received < bytes) {
                throw new Failure(TransferFailure.CUT, "only " + received + " of " + bytes + " bytes came back");
            }
            if (sent.getValue() != back.getValue()) {
                throw new Failure(TransferFailure.DAMAGED, bytes + " bytes came back changed: their checksums differ");
            }
        } finally {
            client.disconnect();
        }
    }

    private void connect(SocketClient client, int port) throws IOException {
        client.setConnectTimeout((int) timeout.toMillis());
        try {
            client.connect(inet(), port);
        } catch (SocketTimeoutException e) {
            throw new Failure(
                    TransferFailure.SILENT, "port " + port + " does not answer within " + timeout.toMillis() + " ms");
        }
    }

    private static Thread writing(Runnable write) {
        Thread writer = new Thread(write, "exchange-writer");
        writer.setDaemon(true);
        writer.start();
        return writer;
    }

    /** A closed socket ends it; then the reader knows why. */
    private static void write(OutputStream out, long bytes, long seed, CRC32C sum) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] chunk = new byte[CHUNK];
        try {
            for (long left = bytes; left > 0; ) {
                int length = (int) Math.min(left, chunk.length);
                random.nextBytes(chunk);
                sum.update(chunk, 0, length);
                out.write(chunk, 0, length);
                left -= length;
            }
            out.flush();
        } catch (IOException e) {
            // The reader sees the end of the stream, or nothing more.
            return;
        }
    }

    private long read(InputStream in, long bytes, CRC32C sum) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long received = 0;
        while (received < bytes) {
            int length;
            try {
                length = in.read(chunk, 0, (int) Math.min(chunk.length, bytes - received));
            } catch (SocketTimeoutException e) {
                throw new Failure(
                        TransferFailure.STALLED,
                        "stands still after " + received + " of " + bytes + " bytes, for " + timeout.toMillis()
                                + " ms");
            }
            if (length < 0) {
                break;
            }
            sum.update(chunk, 0, length);
            received += length;
        }
        return received;
    }

    /** A few datagrams, each sent again once when it does not come back: UDP may lose one. */
    Stage.Exchanged echoUdp(int port) {
        return run(Service.ECHO_UDP, (long) DATAGRAMS * DATAGRAM_BYTES, port, () -> {
            EchoUDPClient client = new EchoUDPClient();
            client.open();
            try {
                client.setSoTimeout(timeout);
                SplittableRandom random = new SplittableRandom();
                for (int i = 0; i < DATAGRAMS; i++) {
                    byte[] data = new byte[DATAGRAM_BYTES];
                    random.nextBytes(data);
                    boolean back = comesBack(client, data, port);
                    if (!back) {
                        back = comesBack(client, data, port);
                    }
                    if (!back) {
                        throw new Failure(TransferFailure.SILENT, "no datagram comes back from port " + port);
                    }
                }
            } finally {
                client.close();
            }
        });
    }

    private boolean comesBack(EchoUDPClient client, byte[] data, int port) throws IOException {
        client.send(data, data.length, inet(), port);
        byte[] back = new byte[DATAGRAM_BYTES];
        try {
            int length = client.receive(back, back.length);
            return length == data.length && Arrays.equals(back, data);
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** Sends all and waits until the service has read it and closed. */
    Stage.Exchanged discard(int port, long bytes) {
        return run(Service.DISCARD, bytes, port, () -> {
            Discard client = new Discard();
            connect(client, port);
            try {
                client.setSoTimeout((int) timeout.toMillis());
                Thread writer = writing(() -> write(client.getOutputStream(), bytes, 0, new CRC32C()));
                // A write of megabytes takes as long as the network does; ten times the timeout is standing still.
                join(writer, 10 * timeout.toMillis());
                if (writer.isAlive()) {
                    throw new Failure(TransferFailure.STALLED, "does not take " + bytes + " bytes");
                }
                client.awaitEnd();
            } catch (SocketTimeoutException e) {
                throw new Failure(TransferFailure.STALLED, "does not take " + bytes + " bytes");
            } finally {
                client.disconnect();
            }
        });
    }

    /** Says that all is sent and waits until the other end says so too. */
    private static final class Discard extends DiscardTCPClient {
        void awaitEnd() throws IOException {
            _socket_.shutdownOutput();
            if (_input_.read() >= 0) {
                throw new Failure(TransferFailure.DAMAGED, "answers, as discard never does");
            }
        }
    }

    private static void join(Thread thread, long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
