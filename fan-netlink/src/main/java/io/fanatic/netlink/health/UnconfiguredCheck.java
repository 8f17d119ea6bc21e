package io.fanatic.netlink.health;

import java.util.List;

/** Fans that somebody brought up by hand, and that nothing brings up again. */
final class UnconfiguredCheck implements Check {
    @Override
    public String name() {
        return "what is configured of the fans that are up";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (!host.knowsConfig()) {
            return;
        }
        for (ExpectedFan expected : host.wanted()) {
            findings.looked();
            if (expected.place().isEmpty()) {
                findings.add(Finding.of(
                                Code.NOT_CONFIGURED,
                                expected.subject(),
                                "the fan is up, but not in " + host.config().file() + ": it is gone after a reboot",
                                List.of("no line of it is for the slice "
                                        + expected.slice().orElseThrow().cidr() + " of "
                                        + expected.slice().orElseThrow().underlayAddress()),
                                "fanctl config set " + host.onAnyHost(expected.entry()))
                        .because(Code.CONFIG_LINE, Code.UNDERLAY_GONE));
            }
        }
    }
}
