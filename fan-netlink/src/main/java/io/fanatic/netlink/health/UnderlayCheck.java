package io.fanatic.netlink.health;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.route.Link;
import java.util.List;
import java.util.Optional;

/** The underlay addresses of the fans that are up: whether this host still has them, and whether their devices carry. */
final class UnderlayCheck implements Check {
    @Override
    public String name() {
        return "the underlay";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            if (expected.isUp()) {
                findings.looked();
                run(host, findings, expected, expected.slice().orElseThrow().underlayAddress());
            }
        }
    }

    private static void run(HealthHost host, Findings findings, ExpectedFan expected, Ipv4Address address) {
        Optional<LinkState> holder = host.holder(address);
        Fan fan = expected.fan().orElseThrow();
        if (holder.isEmpty()) {
            String network = fan.mapping().underlay().toString();
            findings.add(Finding.of(
                    Code.UNDERLAY_GONE,
                    expected.subject(),
                    "the fan is up for the underlay address " + address + ", which this host does not have any more",
                    List.of("no device has " + address
                            + "; the slice " + expected.slice().orElseThrow().cidr()
                            + " is unreachable, and a new address means another slice"),
                    "fanctl down -u " + address + "/" + fan.mapping().underlay().prefixLength() + " -o "
                            + expected.subject() + " && fanctl up -u " + network + " -o " + expected.subject()));
            return;
        }
        Optional<Link> device = host.device(holder.get().name());
        if (device.isPresent() && !device.get().running()) {
            boolean up = device.get().up();
            findings.add(Finding.of(
                    Code.UNDERLAY_DOWN,
                    expected.subject(),
                    device.get().name() + ", which has the underlay address " + address + ", has no carrier",
                    List.of(device.get().name() + (up ? " is up without carrier" : " is down")),
                    up
                            ? "ip link show " + device.get().name()
                            : "ip link set " + device.get().name() + " up"));
        }
    }
}
