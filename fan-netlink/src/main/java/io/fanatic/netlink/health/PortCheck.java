package io.fanatic.netlink.health;

import io.fanatic.core.FanNames;
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
    private static final Path SOCKETS = Path.of("/proc/thread-self/net/udp");

    @Override
    public String name() {
        return "the tunnel's port";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        for (Wanted wanted : host.wanted()) {
            findings.looked();
            int port = HealthHost.portOf(wanted);
            Optional<String> rival = device(host, wanted, port).or(() -> socket(host, port));
            rival.ifPresent(words -> findings.add(Finding.of(
                    Code.PORT_CLASH,
                    wanted.subject(),
                    "UDP port " + port + " of the fan's tunnel is held by something else",
                    List.of(words),
                    "ss -uanp sport = " + port)));
        }
    }

    private static Optional<String> device(HealthHost host, Wanted wanted, int port) {
        int vni = wanted.fan()
                .map(fan -> fan.vni())
                .orElse(wanted.entry()
                        .options()
                        .vni()
                        .orElse(FanNames.vni(wanted.entry().overlay())));
        for (LinkState link : host.links()) {
            boolean other = link.vxlan().isPresent() && !link.isOurs() && !Kernel.isTemporary(link.name());
            if (other
                    && link.vxlan().get().port() == port
                    && clashes(link.vxlan().get(), vni)) {
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
        try {
            for (String line : Files.readAllLines(SOCKETS)) {
                String[] words = line.strip().split(" +");
                int colon = words.length > 1 ? words[1].indexOf(':') : -1;
                if (colon == 8 && Integer.parseInt(words[1].substring(colon + 1), 16) == port) {
                    return Optional.of("a program's socket has UDP port " + port);
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
