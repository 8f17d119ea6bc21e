package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.RouterAdvertisements;
import java.util.List;
import java.util.Optional;

/**
 * The default route by router advertisements, which the kernel deletes as soon as it forwards IPv6 itself. A fan does not need that;
 * Docker switches it on for a network with IPv6.
 */
final class AdvertisedRouteCheck implements Check {
    @Override
    public String name() {
        return "the default route of IPv6";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (host.fans().stream().map(Fan::ipv6).noneMatch(Optional::isPresent)) {
            return;
        }
        findings.looked();
        for (String device : RouterAdvertisements.devicesThatLostDefaultRoute()) {
            findings.add(Finding.of(
                    Code.IPV6_ROUTE_LOST,
                    Finding.HOST,
                    "this host forwards IPv6, and so takes no default route from the router that advertises itself at "
                            + device,
                    List.of("net.ipv6.conf." + device
                            + ".accept_ra is 1 and its forwarding is 1, and there is"
                            + " no default route by " + device),
                    "sysctl -w net/ipv6/conf/" + device + "/accept_ra=2"));
        }
    }
}
