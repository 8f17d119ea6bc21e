package io.fanatic.netlink.health;

import io.fanatic.core.Transport;
import io.fanatic.netlink.engine.Kernel;
import io.fanatic.netlink.engine.LinkState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Others at the tunnel's UDP port: a VXLAN device that does not share it, or a program's socket. */
final class PortCheck implements Check {
    /** Of the calling thread's network namespace, as /proc/net is of the process's. */
    private static final List<Path> SOCKETS =
            List.of(Path.of("/proc/thread-self/net/udp"), Path.of("/proc/thread-self/net/udp6"));

    private static final String ANY_IPV6 = "0".repeat(32);

    @Override
    public String name() {
        return "the tunnel's port";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            Optional<Transport.Vxlan> tunnel = HealthHost.transportOf(expected).vxlan();
            if (tunnel.isEmpty()) {
                continue;
            }
            findings.looked();
            int port = tunnel.get().port();
            Optional<String> rival = device(host, tunnel.get()).or(() -> socket(host, port));
            rival.ifPresent(words -> findings.add(Finding.of(
                    Code.PORT_CLASH,
                    expected.subject(),
                    "UDP port " + port + " of the fan's tunnel is held by something else",
                    List.of(words),
                    "ss -uanp sport = " + port)));
        }
    }

    private static Optional<String> device(HealthHost host, Transport.Vxlan tunnel) {
        int port = tunnel.port();
        for (LinkState link : host.links()) {
            boolean other = link.vxlan().isPresent() && !link.isOurs() && !Kernel.isTemporary(link.name());
            if (other
                    && link.vxlan().get().port() == port
                    && clashes(link.vxlan().get(), tunnel.vni())) {
                return Optional.of("the VXLAN device " + link.name() + " has UDP port " + port);
            }
        }
        return Optional.empty();
    }

    private static boolean clashes(LinkState.Vxlan vxlan, int vni) {
        return !vxlan.external()
                || !vxlan.vniFilter()
                || vxlan.vnis().stream().anyMatch(range -> range.first() <= vni && vni <= range.last());
    }

    private static Optional<String> socket(HealthHost host, int port) {
        for (LinkState link : host.links()) {
            if (link.up() && link.vxlan().filter(vxlan -> vxlan.port() == port).isPresent()) {
                // The socket at the port is this device's.
                return Optional.empty();
            }
        }
        return SOCKETS.stream().anyMatch(file -> hasPort(file, port))
                ? Optional.of("a program's socket has UDP port " + port)
                : Optional.empty();
    }

    /** The second word of a line is the local address and port, in hexadecimal. */
    private static boolean hasPort(Path file, int port) {
        String end = ":" + String.format("%04X", port);
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split(" +");
                boolean ipv4 = words.length > 1 && words[1].length() < ANY_IPV6.length();
                // Of IPv6 sockets those that take IPv4 as well.
                if (words.length > 1 && words[1].endsWith(end) && (ipv4 || words[1].startsWith(ANY_IPV6))) {
                    return true;
                }
            }
        } catch (IOException unknown) {
            return false;
        }
        return false;
    }
}
