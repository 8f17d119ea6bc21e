package io.fanatic.cli.check;

import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.terminal.Progress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.util.function.Consumer;

/** What can be tested when nothing of ours runs on the other host: pings of full size to its host address in the fan. */
public record PingRemoteTest(Progress progress) implements RemoteTest {
    /** IPv4 and ICMP header. */
    private static final int HEADERS = 28;

    @Override
    public int run(FanAttachment fan, Ipv4Address remote, Consumer<String> say) {
        Ipv4Address address = fan.mapping().slice(remote).hostAddress();
        say.accept(
                "remote test of " + remote + ": ping test (" + fan.slice().hostAddress() + " -> " + address + ") ...");
        PingResult ping;
        try (Probes probes = Probes.open()) {
            ping = progress.during(
                    "waiting for " + address,
                    () -> Ping.to(address)
                            .withPayload(fan.mtu() - HEADERS)
                            .start(probes, Namespace.here())
                            .join());
        }
        say.accept("remote test of " + remote + ": ping test ... " + Verdict.of(ping) + ", packets of " + fan.mtu()
                + " bytes; no data was sent");
        return ping.ok() ? 0 : 1;
    }
}
