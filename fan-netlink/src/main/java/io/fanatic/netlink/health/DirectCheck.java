package io.fanatic.netlink.health;

import io.fanatic.core.Direct;
import io.fanatic.netlink.engine.DirectState;
import java.util.List;

/** Whether fans that are to send packets without encapsulation do, and whether something came since that these go past. */
final class DirectCheck implements Check {

    @Override
    public String name() {
        return "packets without encapsulation";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (ExpectedFan expected : host.wanted()) {
            if (!expected.isUp() || expected.fan().orElseThrow().direct() == Direct.OFF) {
                continue;
            }
            if (!host.privileged()) {
                findings.notChecked("whether " + expected.subject()
                        + " sends packets without encapsulation was not looked at: it needs root");
                continue;
            }
            findings.looked();
            if (expected.fan().orElseThrow().slices().isEmpty()) {
                continue; // as for the fast path
            }
            DirectState state = host.engine().direct(expected.fan().orElseThrow());
            boolean sends = state.now() == Direct.SEND;
            if (state.obstacle().isPresent()) {
                Finding finding = Finding.of(
                        Code.DIRECT,
                        expected.subject(),
                        sends
                                ? "packets without encapsulation go past something that this host has for the fan's packets"
                                : "the fan is to send packets without encapsulation, and this host does not allow it",
                        List.of(state.obstacle().get()),
                        expected.up());
                findings.add(sends ? finding.as(Severity.ERROR) : finding);
            }
        }
    }
}
