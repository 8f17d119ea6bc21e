package io.fanatic.netlink.health;

import io.fanatic.core.Delivery;
import io.fanatic.netlink.host.Sysctl;
import java.util.List;

/** Whether the host believes routers that say how much a path takes, so that it can tell its containers. */
final class PathMtuCheck implements Check {
    private static final String SYSCTL = "net.ipv4.ip_no_pmtu_disc";

    @Override
    public String name() {
        return "path MTU discovery";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        String value = Sysctl.find(SYSCTL).orElse("0");
        for (ExpectedFan expected : host.wanted()) {
            if (expected.isUp() && HealthHost.transportOf(expected).delivery() == Delivery.ROUTED) {
                findings.looked();
                if (!value.equals("0")) {
                    findings.add(Finding.of(
                            Code.PATH_MTU,
                            expected.subject(),
                            "path MTU discovery is off on this host: packets that are too large are fragmented on the way",
                            List.of(SYSCTL + " is " + value),
                            "sysctl -w " + SYSCTL + "=0, then " + expected.up()));
                }
            }
        }
    }
}
