package io.fanatic.netlink.health;

import io.fanatic.core.FanException;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.libc.ErrnoException;
import java.util.List;
import java.util.Set;

/** Whether each fan is as {@code fanctl up} would leave it: the plan of the engine, in findings. */
final class PlanCheck implements Check {
    /** What makes {@code fanctl up} refuse. */
    private static final Set<Code> OBSTACLES = Set.of(
            Code.KERNEL_BPF,
            Code.KERNEL_VXLAN,
            Code.KERNEL_BRIDGE,
            Code.KERNEL_NFTABLES,
            Code.UNDERLAY_GONE,
            Code.NAME_TAKEN,
            Code.OVERLAY_OVERLAP,
            Code.CLASS_E,
            Code.PORT_CLASH,
            Code.ENCRYPTION);

    @Override
    public String name() {
        return "bridges, tunnels and programs";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            if (!host.privileged()) {
                findings.notChecked("whether the fans are complete was not checked: it needs root");
            }
            findings.looked();
            if (!expected.isUp()) {
                findings.add(down(host, expected));
            } else if (host.privileged()) {
                repair(host, findings, expected);
            }
        }
    }

    private static Finding down(HealthHost host, ExpectedFan expected) {
        String why = expected.place().orElse("") + ": " + expected.entry();
        if (host.privileged()) {
            try {
                host.engine().planUp(expected.entry());
            } catch (FanException | ErrnoException e) {
                why = why + "; fanctl up says: " + e.getMessage();
            }
        }
        return Finding.of(
                        Code.FAN_DOWN,
                        expected.subject(),
                        "the fan " + expected.entry().overlay() + " is configured, but not up",
                        List.of(why),
                        expected.up())
                .because(OBSTACLES);
    }

    private static void repair(HealthHost host, Findings findings, ExpectedFan expected) {
        Plan plan;
        try {
            plan = host.engine().planUp(expected.entry());
        } catch (FanException | ErrnoException e) {
            findings.add(Finding.of(
                            Code.FAN_BLOCKED,
                            expected.subject(),
                            "the fan is up, but fanctl up could neither check nor repair it",
                            List.of(String.valueOf(e.getMessage())),
                            expected.up())
                    .because(OBSTACLES));
            return;
        }
        boolean changesPath = false;
        for (Plan.Item item : plan.items()) {
            changesPath |= item.thing().equals("fast-path");
        }
        for (Plan.Item item : plan.items()) {
            // Whether the firewall drops anything, the checks of its rules know, and of the fast path, for which the
            // tunnel has other programs, its own; and a note that no longer counts harms nobody.
            boolean note = item.thing().equals("forwarding") && item.kind() == Plan.Kind.REMOVED;
            boolean elsewhere = item.thing().equals("accept")
                    || item.thing().equals("fast-path")
                    || item.thing().equals("programs") && item.kind() == Plan.Kind.CHANGED && changesPath;
            if (!elsewhere && !note) {
                findings.add(finding(expected, item));
            }
        }
    }

    private static Finding finding(ExpectedFan expected, Plan.Item item) {
        return switch (item.thing()) {
            case "tunnel" ->
                isMtu(item) ? mtu(expected, item) : of(Code.TUNNEL, expected, item, "the tunnel is " + how(item));
            case "bridge" ->
                isMtu(item) ? mtu(expected, item) : of(Code.BRIDGE, expected, item, "the bridge is " + how(item));
            case "programs" ->
                of(
                                Code.PROGRAMS,
                                expected,
                                item,
                                "guard and encap are not attached to the tunnel as this fan needs them")
                        .because(Code.TUNNEL, Code.BRIDGE, Code.HOST_ADDRESS, Code.FAST_PATH, Code.DIRECT);
            case "gate" ->
                of(Code.PROGRAMS, expected, item, "the gate is not attached to the bridge as this fan needs it")
                        .because(Code.BRIDGE, Code.HOST_ADDRESS);
            case "direct" ->
                of(
                                Code.PROGRAMS,
                                expected,
                                item,
                                "the guard of packets without encapsulation is not attached to the underlay's device"
                                        + " as this fan needs it")
                        .because(Code.BRIDGE, Code.HOST_ADDRESS);
            case "remembering" ->
                of(Code.BRIDGE, expected, item, "the bridge does not remember Ethernet addresses as it should");
            case "port" ->
                of(Code.BRIDGE_PORT, expected, item, "the tunnel is not a port of the bridge")
                        .because(Code.TUNNEL, Code.BRIDGE);
            case "address" ->
                of(Code.HOST_ADDRESS, expected, item, "the bridge's addresses are not those of the slice")
                        .because(Code.BRIDGE);
            case "up" ->
                of(Code.DEVICE_DOWN, expected, item, "a device of the fan is down")
                        .because(Code.TUNNEL, Code.BRIDGE);
            case "dhcp" ->
                of(Code.DHCP, expected, item, "the DHCP server does not run as it should")
                        .because(Code.BRIDGE, Code.MTU, Code.HOST_ADDRESS);
            case "route" ->
                of(Code.TUNNEL, expected, item, "the route to the overlay is " + how(item))
                        .because(Code.BRIDGE, Code.HOST_ADDRESS, Code.DEVICE_DOWN);
            case "neighbour", "forwarding-entry" ->
                of(Code.TUNNEL, expected, item, "the host's way into the IPv6 overlay is " + how(item))
                        .because(Code.BRIDGE, Code.BRIDGE_PORT, Code.DEVICE_DOWN);
            case "nat" ->
                of(Code.NAT, expected, item, "what leaves the overlay is not masqueraded as it should be")
                        .because(Code.BRIDGE, Code.HOST_ADDRESS, Code.KERNEL_NFTABLES);
            case "ipv6-outside" ->
                of(
                                Code.NAT,
                                expected,
                                item,
                                "IPv6 that leaves the overlay is not masqueraded and forwarded as it should be")
                        .because(Code.BRIDGE, Code.HOST_ADDRESS);
            case "underlay-only" ->
                of(
                                Code.UNDERLAY_ONLY,
                                expected,
                                item,
                                "the tunnel's port does not take exactly what comes from the underlay")
                        .because(Code.BRIDGE, Code.TUNNEL, Code.KERNEL_NFTABLES);
            case "tunnel-only" -> tunnelTable(expected, item);
            case "local-senders" ->
                of(
                        Code.TUNNEL_ONLY,
                        expected,
                        item,
                        "local users could send to the tunnel's port of other hosts, in the name of this one");
            case "clear-text" ->
                of(Code.TUNNEL, expected, item, "clear text of the encrypted fan is not blocked as it should be")
                        .because(Code.BRIDGE);
            case "strongswan" ->
                of(
                                Code.ENCRYPTION,
                                expected,
                                item,
                                "strongSwan does not have what the encrypted fan needs, so nothing passes")
                        .because(Code.BRIDGE, Code.HOST_ADDRESS);
            case "forward-filter" -> forwardTable(expected, item);
            default -> forwarding(expected, item);
        };
    }

    private static Finding tunnelTable(ExpectedFan expected, Plan.Item item) {
        boolean drops = item.description().contains(TunnelTable.UNTRACKED);
        return of(
                        Code.TUNNEL_ONLY,
                        expected,
                        item,
                        drops
                                ? "a rule for bridged frames drops connections of the fan, of which it sees one direction"
                                : "forged packets could pass: from outside a fan with a source in it, or of a container in its host's name")
                .as(drops ? Severity.ERROR : Code.TUNNEL_ONLY.severity())
                .because(Code.BRIDGE, Code.TUNNEL, Code.KERNEL_NFTABLES);
    }

    private static Finding forwardTable(ExpectedFan expected, Plan.Item item) {
        return item.kind() == Plan.Kind.REMOVED
                ? of(
                                Code.FORWARD_DROP,
                                expected,
                                item,
                                "the fan's table still keeps the networks of this host apart, which forwards by itself"
                                        + " now")
                        .as(Severity.WARNING)
                // What flushes the rules takes both tables; and a device that does not forward yet is not in ours
                // either.
                : of(
                                Code.FORWARD_OPEN,
                                expected,
                                item,
                                "the fan makes this host a way from one of its networks to another")
                        .because(Code.NAT, Code.KERNEL_NFTABLES, Code.FORWARDING_OFF);
    }

    private static Finding forwarding(ExpectedFan expected, Plan.Item item) {
        if (item.description().startsWith("set net.ipv4.ip_forward back")) {
            return of(
                    Code.FORWARD_OPEN,
                    expected,
                    item,
                    "an earlier version of the fan made this host forward between all of its networks");
        }
        boolean some = item.description().contains("; so far by ");
        return of(
                        Code.FORWARDING_OFF,
                        expected,
                        item,
                        some
                                ? "containers get no answers from one of this host's networks"
                                : "this host does not forward: containers reach nothing outside")
                .as(some ? Severity.WARNING : Code.FORWARDING_OFF.severity())
                .because(Code.TUNNEL, Code.BRIDGE);
    }

    private static String how(Plan.Item item) {
        return item.kind() == Plan.Kind.ADDED ? "missing" : "not as it should be";
    }

    private static boolean isMtu(Plan.Item item) {
        int colon = item.description().indexOf(": MTU ");
        return colon > 0 && item.description().indexOf(',', colon) < 0;
    }

    private static Finding mtu(ExpectedFan expected, Plan.Item item) {
        return of(Code.MTU, expected, item, "the bridge or the tunnel has a wrong MTU");
    }

    private static Finding of(Code code, ExpectedFan expected, Plan.Item item, String title) {
        return Finding.of(
                code, expected.subject(), title, List.of("fanctl up would " + item.description()), expected.up());
    }
}
