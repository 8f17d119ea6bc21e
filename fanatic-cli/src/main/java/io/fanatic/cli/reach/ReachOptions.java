package io.fanatic.cli.reach;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.harness.reach.ReachSpec;
import io.fanatic.harness.serve.ResponderSpec;
import io.fanatic.harness.throughput.IperfSpec;
import java.time.Duration;
import java.util.Optional;

/** What both commands that test hosts take. */
final class ReachOptions {
    private final IperfOptions iperf;
    private final Option<Integer> pings;
    private final Option<Long> bytes;
    private final Option<Boolean> noData;
    private final Option<Boolean> noThroughput;
    private final Option<Integer> echoPort;
    private final Option<Integer> discardPort;

    ReachOptions(Command command) {
        pings = command.option("-c,--count", "N", text -> Values.number(text, 1, 100_000), "how many pings (10)");
        bytes = command.option(
                "-n,--bytes",
                "N",
                text -> Math.max(1, Values.scaled(text, 1024)),
                "size of the long data, as in 64M (4M)");
        noData = command.flag("--no-data", "skip echo and discard");
        noThroughput = command.flag("--no-throughput", "skip iperf3");
        echoPort = command.option("--echo-port", "PORT", Values::port, "port of echo on the other host (7)");
        discardPort = command.option("--discard-port", "PORT", Values::port, "port of discard on the other host (9)");
        iperf = new IperfOptions(command, Duration.ofSeconds(1));
    }

    ReachSpec spec() {
        return Attempt.orUsage(() -> {
            Optional<IperfSpec> throughput =
                    noThroughput.or(false) ? Optional.empty() : Optional.of(iperf.spec(IperfSpec.tcp()));
            ReachSpec spec = ReachSpec.DEFAULT
                    .withPings(pings.or(ReachSpec.DEFAULT.pings()))
                    .withLongBytes(bytes.or(ReachSpec.DEFAULT.longBytes()))
                    .withThroughput(throughput)
                    .withPorts(echoPort.or(ResponderSpec.ECHO), discardPort.or(ResponderSpec.DISCARD), iperf.port());
            return noData.or(false) ? spec.withoutData() : spec;
        });
    }
}
