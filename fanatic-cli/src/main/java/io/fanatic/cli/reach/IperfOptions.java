package io.fanatic.cli.reach;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.harness.iperf.IperfClient;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.harness.throughput.Tuning;
import java.time.Duration;

/** The options of a throughput test, with iperf3's letters. */
final class IperfOptions {
    private final Option<Integer> streams;
    private final Option<Duration> time;
    private final Option<String> congestion;
    private final Option<Integer> port;
    private final Duration usualTime;

    IperfOptions(Command command, Duration usualTime) {
        this.usualTime = usualTime;
        streams = command.option(
                "-P,--parallel",
                "N",
                text -> Values.number(text, 1, IperfSpec.MAX_STREAMS),
                "streams at once, 1 to " + IperfSpec.MAX_STREAMS + " (1)");
        time = command.option(
                "-t,--time",
                "TIME",
                Values::duration,
                "how long, as in 5, 0.5 or 2m (" + usualTime.toSeconds() + " s)");
        congestion = command.option(
                "-C,--congestion",
                "NAME",
                IperfOptions::congestion,
                "congestion control at both ends, such as cubic; it decides the rate more than anything else");
        port = command.option(
                "-p,--port", "PORT", Values::port, "port of the iperf3 server (" + IperfClient.DEFAULT_PORT + ")");
    }

    /** As in the kernel, TCP_CA_NAME_MAX. */
    private static String congestion(String text) {
        if (!text.matches("[A-Za-z0-9_-]{1,15}")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not the name of a congestion control, such as cubic");
        }
        return text;
    }

    int port() {
        return port.or(IperfClient.DEFAULT_PORT);
    }

    Tuning tuning() {
        return Attempt.orUsage(() -> Tuning.DEFAULT.withCongestion(congestion.or("")));
    }

    IperfSpec spec(IperfSpec usual) {
        return usual.withStreams(streams.or(1))
                .withTestLength(TestLength.time(time.or(usualTime)))
                .withTuning(tuning());
    }

    boolean timeGiven() {
        return time.value().isPresent();
    }
}
