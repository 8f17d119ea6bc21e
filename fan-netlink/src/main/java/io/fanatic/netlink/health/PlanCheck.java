package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.FanException;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.libc.ErrnoException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Whether each fan is as {@code fanctl up} would leave it: the plan of the engine, in findings. */
final class PlanCheck implements Check {
    /** What makes {@code fanctl up} refuse. */
    private static final Set<Code> OBSTACLES = EnumSet.of(
            Code.KERNEL_BPF,
            Code.KERNEL_VXLAN,
            Code.KERNEL_BRIDGE,
            Code.KERNEL_NFTABLES,
            Code.UNDERLAY_GONE,
            Code.NAME_TAKEN,
            Code.OVERLAY_OVERLAP,
            Code.CLASS_E,
            Code.PORT_CLASH);

    @Override
    public String name() {
        return "bridges, tunnels and programs";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        for (Wanted wanted : host.wanted()) {
            if (!host.privileged()) {
                findings.unseen("whether the fans are complete was not checked: it needs root");
            }
            findings.looked();
            if (!wanted.isUp()) {
                findings.add(down(host, wanted));
            } else if (host.privileged()) {
                repair(host, findings, wanted);
            }
        }
    }

    private static Finding down(HealthHost host, Wanted wanted) {
        String why = wanted.place().orElse("") + ": " + wanted.entry();
        if (host.privileged()) {
            try {
                host.engine().planUp(wanted.entry());
            } catch (FanException | ErrnoException e) {
                why = why + "; fanctl up says: " + e.getMessage();
            }
        }
        return Finding.of(
                        Code.FAN_DOWN,
                        wanted.subject(),
                        "the fan " + wanted.entry().overlay() + " is configured, but not up",
                        List.of(why),
                        wanted.up())
                .because(OBSTACLES);
    }

    private static void repair(HealthHost host, Findings findings, Wanted wanted) {
        Plan plan;
        try {
            plan = host.engine().planUp(wanted.entry());
        } catch (FanException | ErrnoException e) {
            findings.add(Finding.of(
                            Code.FAN_BLOCKED,
                            wanted.subject(),
                            "the fan is up, but fanctl up could neither check nor repair it",
                            List.of(String.valueOf(e.getMessage())),
                            wanted.up())
                    .because(OBSTACLES));
            return;
        }
        for (Plan.Item item : plan.items()) {
            // Whether the firewall drops anything, the checks of its rules know; and a note that no longer counts harms
            // nobody.
            boolean note = item.thing().equals("forwarding") && item.kind() == Plan.Kind.REMOVED;
            if (!item.thing().equals("accept") && !note) {
                findings.add(finding(wanted, item));
            }
        }
    }

    private static Finding finding(Wanted wanted, Plan.Item item) {
        return switch (item.thing()) {
            case "tunnel" ->
                isMtu(item) ? mtu(wanted, item) : of(Code.TUNNEL, wanted, item, "the tunnel is " + how(item));
            case "bridge" ->
                isMtu(item) ? mtu(wanted, item) : of(Code.BRIDGE, wanted, item, "the bridge is " + how(item));
            case "programs" ->
                of(Code.PROGRAMS, wanted, item, "guard and encap are not attached to the tunnel as this fan needs them")
                        .because(Code.TUNNEL, Code.BRIDGE, Code.HOST_ADDRESS);
            case "gate" ->
                of(Code.PROGRAMS, wanted, item, "the gate is not attached to the bridge as this fan needs it")
                        .because(Code.BRIDGE, Code.HOST_ADDRESS);
            case "port" ->
                of(Code.BRIDGE_PORT, wanted, item, "the tunnel is not a port of the bridge")
                        .because(Code.TUNNEL, Code.BRIDGE);
            case "address" ->
                of(Code.HOST_ADDRESS, wanted, item, "the bridge's addresses are not those of the slice")
                        .because(Code.BRIDGE);
            case "up" ->
                of(Code.DEVICE_DOWN, wanted, item, "a device of the fan is down")
                        .because(Code.TUNNEL, Code.BRIDGE);
            case "dhcp" ->
                of(Code.DHCP, wanted, item, "the DHCP server does not run as it should")
                        .because(Code.BRIDGE, Code.MTU, Code.HOST_ADDRESS);
            case "route" ->
                of(Code.TUNNEL, wanted, item, "the route to the overlay is " + how(item))
                        .because(Code.BRIDGE, Code.HOST_ADDRESS, Code.DEVICE_DOWN);
            case "nat" ->
                of(Code.NAT, wanted, item, "what leaves the overlay is not masqueraded as it should be")
                        .because(Code.BRIDGE, Code.HOST_ADDRESS, Code.KERNEL_NFTABLES);
            case "underlay-only" ->
                of(
                                Code.UNDERLAY_ONLY,
                                wanted,
                                item,
                                "the tunnel's port does not take exactly what comes from the underlay")
                        .because(Code.BRIDGE, Code.TUNNEL, Code.KERNEL_NFTABLES);
            case "tunnel-only" ->
                of(
                                Code.TUNNEL_ONLY,
                                wanted,
                                item,
                                "containers could send to other hosts in the name of this host's tunnel")
                        .because(Code.BRIDGE, Code.TUNNEL, Code.KERNEL_NFTABLES);
            case "forward-filter" -> forwardTable(wanted, item);
            default -> forwarding(wanted, item);
        };
    }

    private static Finding forwardTable(Wanted wanted, Plan.Item item) {
        return item.kind() == Plan.Kind.REMOVED
                ? of(
                                Code.FORWARD_DROP,
                                wanted,
                                item,
                                "the fan's table still keeps the networks of this host apart, which forwards by itself"
                                        + " now")
                        .as(Severity.WARNING)
                // What flushes the rules takes both tables; and a device that does not forward yet is not in ours
                // either.
                : of(
                                Code.FORWARD_OPEN,
                                wanted,
                                item,
                                "the fan makes this host a way from one of its networks to another")
                        .because(Code.NAT, Code.KERNEL_NFTABLES, Code.FORWARDING_OFF);
    }

    private static Finding forwarding(Wanted wanted, Plan.Item item) {
        if (item.words().startsWith("set net.ipv4.ip_forward back")) {
            return of(
                    Code.FORWARD_OPEN,
                    wanted,
                    item,
                    "an earlier version of the fan made this host forward between all of its networks");
        }
        boolean some = item.words().contains("; so far by ");
        return of(
                        Code.FORWARDING_OFF,
                        wanted,
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
        int colon = item.words().indexOf(": MTU ");
        return colon > 0 && item.words().indexOf(',', colon) < 0;
    }

    private static Finding mtu(Wanted wanted, Plan.Item item) {
        return of(Code.MTU, wanted, item, "bridge or tunnel do not have the MTU that they should");
    }

    private static Finding of(Code code, Wanted wanted, Plan.Item item, String title) {
        return Finding.of(code, wanted.subject(), title, List.of("fanctl up would " + item.words()), wanted.up());
    }
}
