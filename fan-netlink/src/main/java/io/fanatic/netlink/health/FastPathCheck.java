package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.FanPath;
import java.util.List;
import java.util.Optional;

/** Whether fans that are to take the fast path do, and whether something came since that their packets then go past. */
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
            FanPath path = host.engine().path(expected.fan().orElseThrow());
            Optional<String> obstacle = path.obstacle();
            if (path.fastBy().isPresent() && obstacle.isPresent()) {
                String title = "the fan's packets go past something that this host has for them";
                findings.add(finding(expected, title, obstacle.get()).as(Severity.ERROR));
            } else if (obstacle.isPresent()) {
                String title = "the fan is to take the fast path, and this host does not allow it";
                findings.add(finding(expected, title, obstacle.get()));
            } else if (path.fastBy().isEmpty()) {
                String title = "the fan is to take the fast path and does not";
                findings.add(finding(expected, title, "nothing is in its way now"));
            }
        }
    }

    private static Finding finding(ExpectedFan expected, String title, String evidence) {
        return Finding.of(Code.FAST_PATH, expected.subject(), title, List.of(evidence), expected.up());
    }
}
