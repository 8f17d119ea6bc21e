package io.fanatic.cli.container;

import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Listens in a container whose port the host publishes; whoever connects sends {@value #BYTES} random bytes, and gets the same ones back. */
public final class PublishedPort implements AutoCloseable {
    private static final int BYTES = 1 << 20;
    private static final int MILLIS = 15_000;
    private static final long SEED = 4711;

    private final ServerSocket listening;
    private volatile String source = "";

    private PublishedPort(ServerSocket listening) {
        this.listening = listening;
        Thread thread = new Thread(this::serve, "published-port");
        thread.setDaemon(true);
        thread.start();
    }

    /** Listens at all addresses of the container. */
    public static PublishedPort of(Namespace container, int port) {
        return new PublishedPort(container.call(() -> new ServerSocket(port)));
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (Socket client = listening.accept()) {
                source = client.getInetAddress().getHostAddress();
                client.setSoTimeout(MILLIS);
                client.getOutputStream().write(client.getInputStream().readNBytes(BYTES));
            } catch (IOException endedOrBroken) {
                // Whoever connected tells.
            }
        }
    }

    /**
     * Sends and reads, by the address at which the port is published.
     *
     * @return the address from which the container was asked
     * @throws AssertionError when other bytes come back than were sent, or none
     */
    public String use(Namespace from, String address, int port) {
        byte[] bytes = new byte[BYTES];
        new SplittableRandom(SEED).nextBytes(bytes);
        source = "";
        return from.call(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), MILLIS);
                socket.setSoTimeout(MILLIS);
                InputStream in = socket.getInputStream();
                socket.getOutputStream().write(bytes);
                if (!Arrays.equals(in.readNBytes(BYTES), bytes)) {
                    throw new AssertionError(address + ":" + port + " gives other bytes than it got");
                }
                return source;
            } catch (IOException e) {
                throw new AssertionError(address + ":" + port + " from " + from + ": " + e, e);
            }
        });
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
