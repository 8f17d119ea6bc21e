package io.fanatic.netlink.health;

import io.fanatic.core.Delivery;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.kernel.LinkState;
import java.util.List;
import java.util.Optional;

/**
 * The host's end of each container's cable, where the other end cannot be seen or is as large: systemd-nspawn leaves this end at
 * 1500 when the container has taken over its own from DHCP, and it is the container's that counts. A larger packet than the underlay takes is answered, by the tunnel or by this
 * host as a router; where the fan's MTU was chosen smaller than that, for a path that takes less, nobody knows of that path.
 */
final class PortMtuCheck implements Check {
    @Override
    public String name() {
        return "the bridges' ports";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (Fan fan : host.fans()) {
            for (LinkState link : host.links()) {
                if (!link.master().equals(Optional.of(fan.bridge())) || link.isOurs()) {
                    continue;
                }
                findings.looked();
                if (link.mtu() > fan.mtu() && !isSmallInside(host, fan, link)) {
                    findings.add(finding(host, fan, link));
                }
            }
        }
    }

    private static boolean isSmallInside(HealthHost host, Fan fan, LinkState link) {
        return host.privileged()
                && host.containers()
                        .port(link.name())
                        .flatMap(port -> host.containers().inside(port))
                        .filter(inside -> inside.link().mtu() <= fan.mtu())
                        .isPresent();
    }

    private static Finding finding(HealthHost host, Fan fan, LinkState link) {
        boolean lost = fan.delivery() == Delivery.BRIDGED && isChosen(host, fan);
        String title = lost
                ? "a container's MTU is larger than the one chosen for the fan: large packets to other hosts may be lost"
                : "a container's MTU is larger than the fan carries: senders that do not"
                        + " follow ICMP \"fragmentation needed\" lose large packets";
        return Finding.of(
                        Code.PORT_MTU,
                        fan.overlay().toString(),
                        title,
                        List.of(link.name() + " on " + fan.bridge() + " has MTU " + link.mtu() + ", the fan carries "
                                + fan.mtu()),
                        "ip link set " + link.name() + " mtu " + fan.mtu()
                                + ", and the same at its other end, in the container")
                .as(lost ? Severity.ERROR : Severity.WARNING)
                .because(Code.MTU);
    }

    private static boolean isChosen(HealthHost host, Fan fan) {
        return host.wanted().stream()
                .anyMatch(expected -> expected.fan().equals(Optional.of(fan))
                        && expected.entry().options().mtu().isPresent());
    }
}
