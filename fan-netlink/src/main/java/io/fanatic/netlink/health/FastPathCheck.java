package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanPath;
import java.util.List;
import java.util.Optional;

/** Whether fans that may take the fast path do, and whether something came since that their packets then go past. */
final class FastPathCheck implements Check {

    @Override
    public String name() {
        return "the fast path";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            if (!expected.isUp() || !expected.fan().orElseThrow().fast()) {
                continue;
            }
            if (!host.privileged()) {
                findings.notChecked(
                        "whether " + expected.subject() + " takes the fast path was not looked at: it needs root");
                continue;
            }
            findings.looked();
            Fan fan = expected.fan().orElseThrow();
            if (fan.slices().isEmpty()) {
                continue; // without a host address, which is a finding of its own, it has no packets
            }
            FanPath path = host.engine().path(fan);
            Optional<String> obstacle = path.obstacle();
            if (path.fastBy().isPresent() && obstacle.isPresent()) {
                String title = "the fan's packets go past something that this host has for them";
                findings.add(finding(expected, title, obstacle.get())
                        .as(Severity.ERROR)
                        .because(
                                Code.UNDERLAY_DOWN,
                                Code.UNDERLAY_GONE,
                                Code.POLICY_RULE,
                                Code.TUNNEL_PORT_CLOSED,
                                Code.IPTABLES_LEGACY));
            } else if (obstacle.isEmpty()
                    && path.fastBy().isEmpty()
                    && host.link(fan.tunnel()).isPresent()) {
                String title = "the fan does not take the fast path";
                findings.add(finding(expected, title, "nothing is in its way now"));
            }
        }
    }

    private static Finding finding(ExpectedFan expected, String title, String evidence) {
        return Finding.of(Code.FAST_PATH, expected.subject(), title, List.of(evidence), expected.up());
    }
}
