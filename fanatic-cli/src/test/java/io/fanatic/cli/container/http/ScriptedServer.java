package io.fanatic.cli.container.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** The other end of {@link UnixHttp}, which says what a test wants it to. */
public final class ScriptedServer {

    private ScriptedServer() {}

    /** Answers the next request with these bytes and hangs up; tells what the request was. */
    public static String answer(ServerSocketChannel server, String text) {
        try (SocketChannel client = server.accept()) {
            ByteBuffer request = ByteBuffer.allocate(65536);
            while (!received(request).contains("\r\n\r\n")) {
                client.read(request);
            }
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
            return received(request);
        } catch (IOException e) {
            return "hung up: " + e;
        }
    }

    private static String received(ByteBuffer request) {
        return new String(request.array(), 0, request.position(), StandardCharsets.UTF_8);
    }
}
