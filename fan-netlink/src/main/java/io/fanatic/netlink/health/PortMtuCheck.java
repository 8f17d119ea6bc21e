package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.LinkState;
import java.util.List;
import java.util.Optional;

/** The host's end of each container's cable: what is larger than the fan carries gets lost between hosts. */
final class PortMtuCheck implements Check {
    @Override
    public String name() {
        return "the bridges' ports";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        for (Fan fan : host.fans()) {
            Optional<LinkState> tunnel = host.link(fan.tunnel());
            int carries = tunnel.map(LinkState::mtu).orElse(fan.mtu());
            for (LinkState link : host.links()) {
                if (!link.master().equals(Optional.of(fan.bridge())) || link.isOurs()) {
                    continue;
                }
                findings.looked();
                if (link.mtu() > carries) {
                    findings.add(Finding.of(
                                    Code.PORT_MTU,
                                    fan.overlay().toString(),
                                    "a container's MTU is larger than the fan carries: large packets to other hosts are lost",
                                    List.of(link.name() + " on " + fan.bridge() + " has MTU " + link.mtu()
                                            + ", the fan carries " + carries),
                                    "ip link set " + link.name() + " mtu " + carries + " (and the other end of it)")
                            .because(Code.MTU));
                }
            }
        }
    }
}
