package io.fanatic.cli.order;

import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a web server, from wherever. */
final class Http {
    /** Long enough for the kernel to ask twice. */
    private static final int MILLIS = 1500;

    private Http() {}

    /** Whether somebody answers there as a web server does; a proxy that only takes the connection is none. */
    static boolean answers(Namespace from, String address, int port) {
        return from.call(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), MILLIS);
                socket.setSoTimeout(MILLIS);
                socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("HTTP/");
            } catch (IOException nobody) {
                return false;
            }
        });
    }
}
