package io.fanatic.netlink.health;

import io.fanatic.core.TunnelType;
import io.fanatic.netlink.engine.LinkState;
import io.fanatic.netlink.engine.Mark;
import java.util.List;

/** Devices that are not ours and have the name of a fan's: of one that should be up, or left over from another program. */
final class NameCheck implements Check {
    private static final List<String> KINDS = List.of("bridge", "vxlan", "ipip");

    @Override
    public String name() {
        return "the devices";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        findings.looked();
        for (LinkState link : host.links()) {
            if (link.isOurs()) {
                continue;
            }
            boolean taken = false;
            for (Wanted wanted : host.wanted()) {
                boolean tunnel = link.name().equals(HealthHost.tunnelOf(wanted));
                boolean bridge = link.name().equals(HealthHost.bridgeOf(wanted)) && !adoptable(host, link, wanted);
                if (tunnel || bridge) {
                    taken = true;
                    findings.add(Finding.of(
                            Code.NAME_TAKEN,
                            wanted.subject(),
                            "a device that is not ours has the name " + link.name() + " of the fan's "
                                    + (tunnel ? "tunnel" : "bridge"),
                            List.of(words(link)),
                            "ip link delete " + link.name()));
                }
                taken |= link.name().equals(HealthHost.bridgeOf(wanted));
            }
            if (!taken && looksLikeAFan(link)) {
                findings.add(Finding.of(
                                Code.LEFTOVER_DEVICE,
                                Finding.HOST,
                                "a device has a fan's name and is not ours, as an older fan tool leaves it",
                                List.of(words(link)),
                                "ip link delete " + link.name())
                        .because(Code.ENGINE_LEFT));
            }
        }
    }

    /** As Docker makes it before the fan is up: {@code fanctl up} takes it over. */
    private static boolean adoptable(HealthHost host, LinkState link, Wanted wanted) {
        boolean carries = host.addresses().stream()
                .anyMatch(address -> address.link().equals(link.name())
                        && wanted.entry().overlay().contains(address.address())
                        && (HealthHost.typeOf(wanted) == TunnelType.IPIP
                                || address.prefixLength()
                                        == wanted.entry().overlay().prefixLength()));
        return link.kind().equals("bridge") && link.alias().isEmpty() && carries;
    }

    private static boolean looksLikeAFan(LinkState link) {
        boolean digit = link.name().matches("(fan-|ftun-?)[0-9].*");
        return KINDS.contains(link.kind()) && digit && !Mark.isOurs(link.alias());
    }

    private static String words(LinkState link) {
        return link.name() + " is a " + (link.kind().isEmpty() ? "device" : link.kind() + " device")
                + (link.alias().isEmpty() ? " without our mark" : " marked \"" + link.alias() + "\"");
    }
}
