package io.fanatic.cli.reach;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.IpAddress;
import io.fanatic.harness.iperf.IperfClient;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.throughput.Direction;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.harness.throughput.Throughput;
import io.fanatic.harness.throughput.ThroughputJson;
import io.fanatic.harness.throughput.Tuning;
import java.time.Duration;

/** {@code fanatic bench}: throughput to an iperf3 server. */
public final class BenchCommand extends Command {
    private final Option<String> word =
            word("ADDRESS", "address of the server; one on the underlay measures without the fan");
    private final IperfOptions iperf = new IperfOptions(this, Duration.ofSeconds(10));
    private final Option<Boolean> reverse = flag("-R,--reverse", "the server sends");
    private final Option<Boolean> both = flag("--bidir", "both sides send, each over its own streams");
    private final Option<Boolean> udp = flag("-u,--udp", "datagrams instead of TCP");
    private final Option<Long> rate = option(
            "-b,--bitrate",
            "RATE",
            text -> Values.scaled(text, 1000),
            "bits per second of each stream, as in 100M (0, which is no limit; for UDP 1M)");
    private final Option<Long> bytes =
            option("-n,--bytes", "N", text -> Values.scaled(text, 1024), "how many bytes, as in 1G, instead of a time");
    private final Option<Duration> omit =
            option("-O,--omit", "TIME", Values::duration, "how long to send before the measurement begins");
    private final Option<Integer> length = option(
            "-l,--length",
            "BYTES",
            text -> Values.bytes(text, 1, Tuning.MAX_LENGTH),
            "bytes of each write or datagram (1M; with -b or -n 128K; for UDP 1372)");
    private final Option<Integer> window = option(
            "-w,--window",
            "BYTES",
            text -> Values.bytes(text, 1024, 512 << 20),
            "bytes of the socket buffers at both ends");
    private final Option<Integer> segment =
            option("-M,--set-mss", "BYTES", text -> Values.number(text, 88, 32767), "bytes of the largest TCP segment");
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    public BenchCommand() {
        super(
                "bench",
                "Measures the throughput to a host that runs \"fanatic serve\" or \"iperf3 -s\", with the conditions it was"
                        + " measured under.");
    }

    @Override
    protected ExitCode run(Console console) {
        IpAddress address = Attempt.orUsage(() -> IpAddress.parse(word.required()));
        IperfSpec spec = Attempt.orUsage(this::spec);
        Throughput result;
        try (Probes probes = Probes.open()) {
            result = IperfClient.to(address)
                    .withPort(iperf.port())
                    .start(probes, spec)
                    .join();
        }
        if (json.or(false)) {
            console.out()
                    .println(JsonValues.printEscaped(JsonValues.object(
                            "schema", 1, "address", address, "throughput", ThroughputJson.of(result))));
        } else if (result instanceof Throughput.Measured measured) {
            BenchText.lines(address, measured).forEach(console.out()::println);
        }
        if (result instanceof Throughput.Failed failed) {
            console.err().println("fanatic: " + failed.sentence());
            return ExitCode.TEST_FAILED;
        }
        return ExitCode.DONE;
    }

    private IperfSpec spec() {
        if (reverse.or(false) && both.or(false)) {
            throw new IllegalArgumentException("-R and --bidir exclude each other");
        }
        if (bytes.value().isPresent() && iperf.timeGiven()) {
            throw new IllegalArgumentException("give either -t or -n");
        }
        Direction direction = both.or(false) ? Direction.BOTH : reverse.or(false) ? Direction.RECEIVE : Direction.SEND;
        IperfSpec spec =
                iperf.spec(udp.or(false) ? IperfSpec.udp() : IperfSpec.tcp()).withDirection(direction);
        Tuning given = iperf.tuning();
        given = given.withLength(length.or(given.length()));
        given = rate.value().isPresent() ? given.withRate(rate.required()) : given;
        given = given.withWindow(window.or(0));
        given = given.withSegment(segment.or(0));
        spec = spec.withTuning(given);
        TestLength testLength = bytes.value().isPresent() ? TestLength.bytes(bytes.required()) : spec.testLength();
        return spec.withTestLength(testLength.omitting(omit.or(Duration.ZERO)));
    }
}
