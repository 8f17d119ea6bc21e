package io.fanatic.netlink.health;

import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.RouteState;
import java.util.List;
import java.util.Optional;

/** Routes that lead the overlay, or part of it, elsewhere or nowhere. */
final class OverlapCheck implements Check {
    static final Ipv4Prefix CLASS_E = Ipv4Prefix.parse("240.0.0.0/4");

    @Override
    public String name() {
        return "the routes";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            findings.looked();
            Ipv4Prefix overlay = expected.entry().overlay();
            String bridge = HealthHost.bridgeOf(expected);
            boolean foreign = host.link(bridge)
                    .filter(link -> !link.isOurs())
                    .map(LinkState::alias)
                    .filter(a -> !a.isEmpty())
                    .isPresent();
            for (RouteState route : host.routes()) {
                boolean tunnel = route.destination().equals(overlay)
                        && route.link().equals(Optional.of(HealthHost.tunnelOf(expected)))
                        && host.link(HealthHost.tunnelOf(expected))
                                .filter(LinkState::isOurs)
                                .isPresent();
                boolean ours = tunnel || route.link().equals(Optional.of(bridge)) && !foreign;
                if (!ours
                        && !route.isDefault(host.routes())
                        && route.destination().overlaps(overlay)) {
                    findings.add(finding(expected, overlay, route));
                }
            }
            expected.entry()
                    .options()
                    .overlay6()
                    .ifPresent(prefix -> ipv6(host, findings, expected, prefix, foreign ? "" : bridge));
        }
    }

    private static void ipv6(
            HealthHost host, Findings findings, ExpectedFan expected, Ipv6Prefix overlay, String bridge) {
        for (Ipv6State.Route route : host.ipv6Routes()) {
            if (!route.link().equals(bridge)
                    && route.destination().prefixLength() > 1
                    && route.destination().overlaps(overlay)) {
                findings.add(Finding.of(
                        Code.OVERLAY_OVERLAP,
                        expected.subject(),
                        "a route sends part of the IPv6 overlay " + overlay + " past the fan",
                        List.of("ip -6 route: " + route),
                        "ip -6 route delete " + route));
            }
        }
    }

    private static Finding finding(ExpectedFan expected, Ipv4Prefix overlay, RouteState route) {
        boolean refuses = route.link().isEmpty() && route.destination().contains(overlay) && CLASS_E.contains(overlay);
        Code code = refuses ? Code.CLASS_E : Code.OVERLAY_OVERLAP;
        String title = refuses
                ? "a route refuses " + route.destination() + ", in which the overlay " + overlay + " lies"
                : "a route sends part of the overlay " + overlay + " past the fan";
        return Finding.of(
                code,
                expected.subject(),
                title,
                List.of("ip route: " + route.description()),
                "ip route delete " + route.description());
    }
}
