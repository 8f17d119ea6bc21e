package io.fanatic.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A unix socket in front of a container engine's, as a program inside the engine's host, since whoever asks looks at who answers. It
 * passes requests and answers on, one to a connection, and tells on standard output of each moment worth dying at:
 *
 * <pre>
 *   before POST /v1.44/networks/create    the engine has not got it yet
 *   after POST /v1.44/networks/create     the engine has answered; whoever asked has not heard
 *   before GET /version, which fails      the first request that finds no engine
 *   before GET /version, which succeeds   the first one that finds it back
 * </pre>
 *
 * <p>Each waits for a line of standard input: {@code go}, or {@code drop} for a connection that ends there. Requests that only ask pass
 * by themselves.
 */
final class TappedSocket {
    private static final int BUFFER = 1 << 16;

    private final Path engine;
    private final BlockingQueue<String> words = new LinkedBlockingQueue<>();
    private boolean answers = true;

    private TappedSocket(Path engine) {
        this.engine = engine;
    }

    /** @param arguments where it listens, and where the engine does */
    public static void main(String[] arguments) throws IOException {
        TappedSocket tapped = new TappedSocket(Path.of(arguments[1]));
        Path place = Path.of(arguments[0]);
        Files.deleteIfExists(place);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(place));
            System.out.println("listening");
            Thread reader = new Thread(() -> tapped.listen(server));
            reader.setDaemon(true);
            reader.start();
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                tapped.words.add(line);
            }
        } finally {
            Files.deleteIfExists(place);
        }
    }

    /** One connection after the other, as fanatic makes them. */
    private void listen(ServerSocketChannel server) {
        while (true) {
            try (SocketChannel client = server.accept()) {
                serve(client);
            } catch (IOException | InterruptedException e) {
                System.out.println("trouble " + e);
            }
        }
    }

    private void serve(SocketChannel client) throws IOException, InterruptedException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        if (!readRequest(client, request)) {
            return;
        }
        String line = request.toString(StandardCharsets.ISO_8859_1).split(" HTTP/", 2)[0];
        boolean changes = !line.startsWith("GET ");
        try (SocketChannel upstream = connect()) {
            boolean turns = upstream.isConnected() != answers;
            answers = upstream.isConnected();
            String what = line + (turns ? answers ? ", which succeeds" : ", which fails" : "");
            if ((changes || turns) && !goesOn("before " + what) || !answers) {
                return;
            }
            upstream.write(ByteBuffer.wrap(request.toByteArray()));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            while (read(upstream, answer)) {}
            if (!changes || goesOn("after " + what)) {
                client.write(ByteBuffer.wrap(answer.toByteArray()));
            }
        }
    }

    private boolean goesOn(String moment) throws InterruptedException {
        System.out.println(moment);
        boolean goes = words.take().equals("go");
        // Before the next one asks, the engine is made to run.
        answers |= !goes;
        return goes;
    }

    /** One that is not connected when the engine does not listen. */
    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(engine));
            return channel;
        } catch (IOException nobody) {
            channel.close();
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        }
    }

    /** The whole request; false when nothing was asked, as by those who only look whose socket it is. */
    private static boolean readRequest(SocketChannel client, ByteArrayOutputStream request) throws IOException {
        while (true) {
            String text = request.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            int body = text.indexOf("\r\n\r\n") + 4;
            int length = text.indexOf("content-length: ");
            if (body > 3 && length > 0) {
                int start = length + "content-length: ".length();
                if (request.size() >= body + Integer.parseInt(text.substring(start, text.indexOf('\r', start)))) {
                    return true;
                }
            }
            if (!read(client, request)) {
                return false;
            }
        }
    }

    private static boolean read(ByteChannel from, ByteArrayOutputStream to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        int length = from.read(buffer);
        if (length < 0) {
            return false;
        }
        to.write(buffer.array(), 0, length);
        return true;
    }
}
