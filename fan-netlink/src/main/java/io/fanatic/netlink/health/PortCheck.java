package io.fanatic.netlink.health;

import io.fanatic.core.Transport;
import io.fanatic.netlink.host.UdpPorts;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkState;
import java.util.List;
import java.util.Optional;

/** Others at the tunnel's UDP port: a VXLAN device that does not share it, or a program's socket. */
final class PortCheck implements Check {
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
        return UdpPorts.isHeld(port) ? Optional.of("a program's socket has UDP port " + port) : Optional.empty();
    }
}
