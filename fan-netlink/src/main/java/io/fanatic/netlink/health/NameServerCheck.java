package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.NameServers;
import java.util.List;

/** Whether DHCP has a name server to tell of. */
final class NameServerCheck implements Check {
    @Override
    public String name() {
        return "name servers for containers";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (Fan fan : host.fans()) {
            if (!fan.dhcp().isEmpty() && !fan.names()) {
                findings.looked();
                if (NameServers.forContainers().isEmpty()) {
                    findings.add(Finding.of(
                            Code.NAME_SERVER,
                            fan.overlay().toString(),
                            "containers that ask for an address by DHCP are told of no name server",
                            List.of(
                                    "neither /run/systemd/resolve/resolv.conf nor /etc/resolv.conf names one that is not on a"
                                            + " loopback address"),
                            "echo nameserver ADDRESS >> /etc/resolv.conf && fanctl up -a"));
                }
            }
        }
    }
}
