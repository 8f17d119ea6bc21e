package io.fanatic.harness.report.format;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** The client's side of RFC 6455 over a socket that somebody made: the JDK's own makes its sockets in whatever namespace. */
final class WebSocket implements AutoCloseable {
    private static final int TEXT = 1;
    private static final int CONTINUED = 0;
    private static final int LAST = 0x80;
    private static final int MASKED = 0x80;

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;

    private WebSocket(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.in = new DataInputStream(channel.socket().getInputStream());
        this.out = new DataOutputStream(channel.socket().getOutputStream());
        channel.socket().setSoTimeout(60_000);
        channel.socket().setTcpNoDelay(true);
    }

    static WebSocket over(SocketChannel channel, String path) throws IOException {
        WebSocket socket = new WebSocket(channel);
        socket.out.write(
                ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\n")) {
            answer.append((char) socket.in.readUnsignedByte());
        }
        if (!answer.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException(answer.toString());
        }
        return socket;
    }

    void send(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(frame);
        data.writeByte(LAST | TEXT);
        if (bytes.length < 126) {
            data.writeByte(MASKED | bytes.length);
        } else {
            data.writeByte(MASKED | 127);
            data.writeLong(bytes.length);
        }
        // A mask of zeros is a mask.
        data.writeInt(0);
        data.write(bytes);
        out.write(frame.toByteArray());
        out.flush();
    }

    String receive() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            long size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            byte[] part = in.readNBytes(Math.toIntExact(size));
            int kind = first & 0xf;
            if (kind == TEXT || kind == CONTINUED) {
                message.write(part);
                if ((first & LAST) != 0) {
                    return message.toString(StandardCharsets.UTF_8);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
