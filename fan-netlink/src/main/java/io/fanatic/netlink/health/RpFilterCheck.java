package io.fanatic.netlink.health;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.kernel.LinkState;
import java.util.List;
import java.util.Optional;

/**
 * The reverse path filter (RFC 3704): on a device where it is strict, packets are dropped whose sender would be answered by
 * another device. That is no trouble as long as one device leads to all of the underlay; it is where two do.
 */
final class RpFilterCheck implements Check {
    private static final int STRICT = 1;
    private static final int SAMPLES = 8;

    @Override
    public String name() {
        return "the reverse path filter";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            if (expected.isUp()) {
                findings.looked();
                Ipv4Address address = expected.slice().orElseThrow().underlayAddress();
                Optional<LinkState> device =
                        host.holder(address).filter(link -> !link.name().equals("lo"));
                if (device.isPresent() && effective(device.get().name()) == STRICT) {
                    run(host, findings, expected, device.get().name());
                }
            }
        }
    }

    private static void run(HealthHost host, Findings findings, ExpectedFan expected, String device) {
        Ipv4Prefix underlay = expected.fan().orElseThrow().mapping().underlay();
        long step = Math.max(1, underlay.size() / SAMPLES);
        for (long offset = 2; offset < underlay.size() - 1; offset += step) {
            Ipv4Address other = underlay.network().plus((int) offset);
            Optional<String> way = host.wayTo(other).filter(name -> !name.equals("lo"));
            if (way.isPresent() && !way.get().equals(device)) {
                findings.add(Finding.of(
                        Code.RP_FILTER,
                        expected.subject(),
                        "the strict reverse path filter of " + device + " drops what some hosts of the underlay send",
                        List.of("rp_filter of " + device + " is 1 (the larger of \"all\" and its own), and " + other
                                + " is reached by " + way.get()),
                        "sysctl -w net/ipv4/conf/all/rp_filter=2 net/ipv4/conf/" + device + "/rp_filter=2"));
                return;
            }
        }
    }

    /** The larger of both counts (Documentation/networking/ip-sysctl.rst). */
    private static int effective(String device) {
        return Math.max(value("all"), value(device));
    }

    private static int value(String device) {
        try {
            return Integer.parseInt(
                    Sysctl.find("net/ipv4/conf/" + device + "/rp_filter").orElse("0"));
        } catch (NumberFormatException odd) {
            return 0;
        }
    }
}
