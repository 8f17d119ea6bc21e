package io.fanatic.netlink.strongswan;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands between a client of vici and the daemon, and ends all connections instead of passing on one message more than it is to. A command
 * that is to be refused it answers itself.
 */
final class CutOff implements AutoCloseable {
    static final String REFUSAL = "not today";

    private static final int REQUEST = 0;
    private static final int RESPONSE = 1;

    private final Path socket;
    private final Path daemon;
    private final ServerSocketChannel server;
    private final List<SocketChannel> connections = new ArrayList<>();
    private int left;
    private boolean cut;
    private String refused = "";

    /**
     * Listens at a socket.
     *
     * @param socket for clients
     * @param daemon the daemon's own
     * @param messages how many are passed on, of all connections
     */
    CutOff(Path socket, Path daemon, int messages) throws IOException {
        this.socket = socket;
        this.daemon = daemon;
        left = messages;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        start(this::accept);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException ended) {
                        return; // by one of the two, or by the cut
                    }
                },
                "vici");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            SocketChannel client = server.accept();
            SocketChannel there = SocketChannel.open(UnixDomainSocketAddress.of(daemon));
            synchronized (this) {
                connections.add(client);
                connections.add(there);
            }
            start(() -> passOn(client, there));
            start(() -> {
                try (client;
                        there) {
                    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
                    while (there.read(buffer.clear()) >= 0) {
                        buffer.flip();
                        while (buffer.hasRemaining()) {
                            client.write(buffer);
                        }
                    }
                }
            });
        }
    }

    private void passOn(SocketChannel client, SocketChannel there) throws IOException {
        try (there) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(client));
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(there));
            while (true) {
                byte[] message = in.readNBytes(in.readInt());
                if (!mayPass()) {
                    close();
                    return;
                }
                if (isRefused(message)) {
                    ByteArrayOutputStream answer = new ByteArrayOutputStream();
                    answer.write(RESPONSE);
                    Vici.encode(answer, new Section().set("success", "no").set("errmsg", REFUSAL));
                    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + answer.size())
                            .putInt(answer.size())
                            .put(answer.toByteArray())
                            .flip();
                    while (bytes.hasRemaining()) {
                        client.write(bytes);
                    }
                    continue;
                }
                byte[] whole = ByteBuffer.allocate(Integer.BYTES + message.length)
                        .putInt(message.length)
                        .put(message)
                        .array();
                out.write(whole);
            }
        }
    }

    /** From now on the daemon seems to refuse this command. */
    synchronized void refuse(String command) {
        refused = command;
    }

    private synchronized boolean isRefused(byte[] message) {
        return message[0] == REQUEST && new String(message, 2, message[1], StandardCharsets.UTF_8).equals(refused);
    }

    private synchronized boolean mayPass() {
        cut |= left-- <= 0;
        return !cut;
    }

    /** Whether a message was not passed on. */
    synchronized boolean isCut() {
        return cut;
    }

    @Override
    public synchronized void close() throws IOException {
        server.close();
        Files.deleteIfExists(socket);
        for (SocketChannel connection : connections) {
            connection.close();
        }
    }
}
