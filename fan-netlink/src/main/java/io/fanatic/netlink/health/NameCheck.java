package io.fanatic.netlink.health;

import io.fanatic.core.Delivery;
import io.fanatic.netlink.kernel.Label;
import io.fanatic.netlink.kernel.LinkState;
import java.util.List;

/** Devices that are not ours and have the name of a fan's: of one that should be up, or left over from another program. */
final class NameCheck implements Check {
    private static final List<String> KINDS = List.of("bridge", "vxlan", "ipip");

    @Override
    public String name() {
        return "the devices";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        findings.looked();
        for (LinkState link : host.links()) {
            if (link.isOurs()) {
                continue;
            }
            boolean taken = false;
            for (ExpectedFan expected : host.wanted()) {
                boolean tunnel = link.name().equals(HealthHost.tunnelOf(expected));
                boolean bridge = link.name().equals(HealthHost.bridgeOf(expected)) && !adoptable(host, link, expected);
                if (tunnel || bridge) {
                    taken = true;
                    findings.add(Finding.of(
                            Code.NAME_TAKEN,
                            expected.subject(),
                            "a device that is not ours has the name " + link.name() + " of the fan's "
                                    + (tunnel ? "tunnel" : "bridge"),
                            List.of(description(link)),
                            "ip link delete " + link.name()));
                }
                taken |= link.name().equals(HealthHost.bridgeOf(expected));
            }
            if (!taken && looksLikeAFan(link)) {
                findings.add(Finding.of(
                                Code.LEFTOVER_DEVICE,
                                Finding.HOST,
                                "a device has a fan's name and is not ours, as an older fan tool leaves it",
                                List.of(description(link)),
                                "ip link delete " + link.name())
                        .because(Code.ENGINE_LEFT));
            }
        }
    }

    /** As Docker makes it before the fan is up: {@code fanctl up} takes it over. */
    private static boolean adoptable(HealthHost host, LinkState link, ExpectedFan expected) {
        boolean carries = host.addresses().stream()
                .anyMatch(address -> address.link().equals(link.name())
                        && expected.entry().overlay().contains(address.address())
                        && (HealthHost.transportOf(expected).delivery() == Delivery.ROUTED
                                || address.prefixLength()
                                        == expected.entry().overlay().prefixLength()));
        return link.kind().equals("bridge") && link.alias().isEmpty() && carries;
    }

    private static boolean looksLikeAFan(LinkState link) {
        boolean digit = link.name().matches("(fan-|ftun-?)[0-9].*");
        return KINDS.contains(link.kind()) && digit && !Label.isOurs(link.alias());
    }

    private static String description(LinkState link) {
        return link.name() + " is a " + (link.kind().isEmpty() ? "device" : link.kind() + " device")
                + (link.alias().isEmpty() ? " without our mark" : " marked \"" + link.alias() + "\"");
    }
}
