package example;

import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachSpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.core.FanException;
import io.fanatic.netlink.engine.Plan;
import java.util.Optional;

/**
 * What an orchestrator asks of a host: what would be done, do it, what is there, who owns an address, are the others reached.
 * Its arguments are the underlay addresses of other hosts.
 */
public final class Orchestrator {
    public static void main(String[] others) {
        FanNetwork network = FanNetwork.onThisHost();
        FanEntry entry = FanEntry.parse("250.0.0.0/8 10.0.0.0/16");
        try {
            Plan plan = network.plan(entry);
            System.out.println(plan.lines().size() + " steps to go");
            network.up(entry);
        } catch (FanException e) {
            // One type for all that can go wrong; the host is as it was, unless the reason is NOT_UNDONE.
            System.err.println(e.reason() + ": " + e.getMessage());
            System.exit(1);
        }
        for (Fan fan : network.list()) {
            System.out.println(fan.bridge() + " is up, MTU " + fan.mtu());
        }

        // The arithmetic asks no host.
        FanMapping mapping = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
        for (String other : others) {
            System.out.println(other + " owns " + mapping.slice(Ipv4Address.parse(other)).cidr());
        }

        ReachSpec pingsOnly = ReachSpec.DEFAULT.withoutData().withThroughput(Optional.empty());
        try (Reach reach = Reach.onThisHost()) {
            for (String other : others) {
                PeerReport report = reach.test(Ipv4Address.parse(other), pingsOnly);
                System.out.println(other + report.explanation()
                        .map(explanation -> " is not reached: " + explanation.sentence())
                        .orElse(" is reached"));
            }
        }

        System.out.println(network.up(entry).isEmpty() ? "a second time there is nothing to do" : "something was repaired");
        network.downEverything();
    }
}
