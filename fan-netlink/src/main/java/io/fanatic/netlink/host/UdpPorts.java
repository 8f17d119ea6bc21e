package io.fanatic.netlink.host;

import io.fanatic.core.Ipv4Address;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The UDP sockets of the calling thread's network namespace, those of the kernel's tunnels among them. */
public final class UdpPorts {
    /** Of the calling thread's network namespace, as /proc/net is of the process's. */
    private static final List<Path> SOCKETS =
            List.of(Path.of("/proc/thread-self/net/udp"), Path.of("/proc/thread-self/net/udp6"));

    private static final String EVERYWHERE = "00000000";

    private UdpPorts() {}

    /**
     * Whether a socket has a port, at whatever address: a tunnel's, which is at all of them, does not come beside it.
     *
     * @param port 1 to 65535
     * @return also false where that cannot be read
     */
    public static boolean isHeld(int port) {
        return locals().anyMatch(local -> local.endsWith(end(port)));
    }

    /**
     * Whether a socket has a port at an address, or at every address.
     *
     * @param address of this host
     * @param port 1 to 65535
     * @return also false where that cannot be read
     */
    public static boolean isHeld(Ipv4Address address, int port) {
        // The kernel writes the four bytes as a number of this machine's; they end the address of an IPv6 socket as
        // well.
        int bits =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? address.bits() : Integer.reverseBytes(address.bits());
        String wanted = String.format(Locale.ROOT, "%08X", bits) + end(port);
        return locals().anyMatch(local -> local.endsWith(wanted) || local.endsWith(EVERYWHERE + end(port)));
    }

    private static String end(int port) {
        return ":" + String.format(Locale.ROOT, "%04X", port);
    }

    private static Stream<String> locals() {
        List<String> locals = new ArrayList<>();
        for (Path file : SOCKETS) {
            try {
                for (String line : Files.readAllLines(file)) {
                    // "  12: 00000000:2118 00000000:0000 07 ...": the first address is the local one.
                    int address = line.indexOf(": ") + 2;
                    int end = line.indexOf(' ', address);
                    locals.add(end < 0 ? "" : line.substring(address, end));
                }
            } catch (IOException unknown) {
                // A kernel without IPv6 has one file.
            }
        }
        return locals.stream();
    }
}
