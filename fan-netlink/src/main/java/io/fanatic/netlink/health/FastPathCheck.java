package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanPath;
import java.util.List;

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
            Fan fan = expected.fan().orElseThrow();
            FanPath path = host.engine().path(fan);
            if (path.obstacle().isEmpty()) {
                if (path.fastBy().isEmpty()) {
                    findings.add(Finding.of(
                            Code.FAST_PATH,
                            expected.subject(),
                            "the fan is to take the fast path and does not",
                            List.of("nothing is in its way now"),
                            expected.up()));
                }
                continue;
            }
            List<String> evidence = List.of(path.obstacle().get());
            if (path.fastBy().isPresent()) {
                findings.add(Finding.of(
                                Code.FAST_PATH,
                                expected.subject(),
                                "the fan's packets go past something that this host has for them",
                                evidence,
                                expected.up())
                        .as(Severity.ERROR));
            } else {
                findings.add(Finding.of(
                        Code.FAST_PATH,
                        expected.subject(),
                        "the fan is to take the fast path, and this host does not allow it",
                        evidence,
                        expected.up()));
            }
        }
    }
}
