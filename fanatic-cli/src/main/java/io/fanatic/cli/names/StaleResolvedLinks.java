package io.fanatic.cli.names;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.UdpPorts;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import io.fanatic.netlink.names.NamesSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a server for names has left with systemd-resolved when it was killed: settings of a bridge by which queries for a fan's zone go
 * to an address where nobody listens. A server that runs takes its own back, see {@link ResolvedLinks}.
 */
public final class StaleResolvedLinks {
    /** A file for each device that has settings, its name the device's number (systemd's resolved-link.c). */
    static final Path LINKS = Path.of("/run/systemd/resolve/netif");

    /** Of the stub: systemd-resolved is in this network namespace, and the numbers are those of devices here. */
    private static final Ipv4Address STUB = Ipv4Address.parse("127.0.0.53");

    static final String SERVERS = "SERVERS=";
    static final String DOMAINS = "DOMAINS=";
    private static final String ZONE = "~fan-";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private StaleResolvedLinks() {}

    /** Takes them back; what is refused stays until the bridge goes. */
    public static void revert() {
        if (!Files.isDirectory(LINKS) || !UdpPorts.isHeld(STUB, NamesSpec.PORT)) {
            return;
        }
        Optional<Path> resolvectl = Spawn.find("resolvectl");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(LINKS)) {
            for (Path file : files) {
                if (resolvectl.isPresent() && isStale(Files.readAllLines(file))) {
                    Spawn.capture(
                            List.of(
                                    resolvectl.get().toString(),
                                    "revert",
                                    file.getFileName().toString()),
                            TIMEOUT);
                }
            }
        } catch (IOException | ErrnoException unknown) {
            // Nothing depends on it.
        }
    }

    /** Without servers it is being told just now, or was not told to the end: nothing is asked there. */
    private static boolean isStale(List<String> lines) {
        boolean ours = false;
        boolean asked = false;
        boolean heard = false;
        for (String line : lines) {
            if (line.startsWith(DOMAINS)) {
                ours = line.substring(DOMAINS.length()).startsWith(ZONE);
            } else if (line.startsWith(SERVERS)) {
                for (String server : line.substring(SERVERS.length()).split(" ")) {
                    asked = true;
                    heard |= isHeld(server);
                }
            }
        }
        return ours && asked && !heard;
    }

    /** Also of what is not an address of IPv4, which no server of ours has. */
    private static boolean isHeld(String server) {
        try {
            return UdpPorts.isHeld(Ipv4Address.parse(server), NamesSpec.PORT);
        } catch (IllegalArgumentException other) {
            return true;
        }
    }
}
