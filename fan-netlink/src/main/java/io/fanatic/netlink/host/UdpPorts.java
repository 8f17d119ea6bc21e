package io.fanatic.netlink.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The UDP sockets of the calling thread's network namespace, those of the kernel's tunnels among them. */
public final class UdpPorts {
    /** Of the calling thread's network namespace, as /proc/net is of the process's. */
    private static final List<Path> SOCKETS =
            List.of(Path.of("/proc/thread-self/net/udp"), Path.of("/proc/thread-self/net/udp6"));

    private UdpPorts() {}

    /**
     * Whether a socket has a port, at whatever address: a tunnel's, which is at all of them, does not come beside it.
     *
     * @param port 1 to 65535
     * @return also false where that cannot be read
     */
    public static boolean isHeld(int port) {
        String end = ":" + String.format(Locale.ROOT, "%04X", port) + " ";
        for (Path file : SOCKETS) {
            try {
                for (String line : Files.readAllLines(file)) {
                    // "  12: 00000000:2118 00000000:0000 07 ...": the first address is the local one.
                    int address = line.indexOf(": ") + 2;
                    if (line.indexOf(end, address) == line.indexOf(' ', address) - end.length() + 1) {
                        return true;
                    }
                }
            } catch (IOException unknown) {
                // A kernel without IPv6 has one file.
            }
        }
        return false;
    }
}
