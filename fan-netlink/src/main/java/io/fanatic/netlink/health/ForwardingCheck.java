package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.Sysctl;
import java.util.List;
import java.util.Optional;

/** Forwarding, as each bridge has its own switch beside the host's. */
final class ForwardingCheck implements Check {
    @Override
    public String name() {
        return "forwarding";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        boolean off = Sysctl.find("net.ipv4.ip_forward").equals(Optional.of("0"));
        for (Fan fan : host.fans()) {
            findings.looked();
            if (off && !host.privileged()) {
                findings.add(finding(fan, "net.ipv4.ip_forward"));
            }
            String key = "net/ipv4/conf/" + fan.bridge() + "/forwarding";
            if (!off && Sysctl.find(key).equals(Optional.of("0"))) {
                findings.add(finding(fan, key));
            }
        }
    }

    private static Finding finding(Fan fan, String key) {
        return Finding.of(
                Code.FORWARDING_OFF,
                fan.overlay().toString(),
                "this host does not forward: containers reach nothing outside",
                List.of("sysctl " + key + " = 0"),
                "sysctl -w " + key + "=1");
    }
}
