package io.fanatic.cli.lab;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.terminal.OnExit;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.core.Direct;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.bench.Bench;
import io.fanatic.harness.bench.Load;
import io.fanatic.harness.bench.Sample;
import io.fanatic.harness.bench.Scale;
import io.fanatic.harness.bench.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code fanatic lab bench}: measures, and says so; a slow fan is no error. */
final class BenchCommand extends LabCommand {
    private static final String USUAL_NAME = "fanbench";
    private static final int PAYLOAD = 64;
    private static final int MAX_FLOWS = 64;
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(1);
    private static final List<Integer> HOSTS = List.of(2, 8, 32);

    private final Option<Boolean> scale = flag("--scale", "count what one host holds with 2, 8 and 32 hosts instead");
    private final Option<Integer> runs =
            option("--runs", "N", text -> Values.number(text, 1, 1000), "samples of each load on each path (5)");
    private final Option<Duration> seconds =
            option("--seconds", "S", Values::shortDuration, "length of a sample, 0.1 to 3600 (2)");
    private final Option<Integer> flows =
            option("--flows", "N", text -> Values.number(text, 2, MAX_FLOWS), "TCP flows of the second load (4)");
    private final Option<Boolean> noFast = flag("--no-fast", "leave the fast path out, as fanctl up --no-fast does");
    private final Option<Boolean> fast = flag("--fast", "fail where the fan does not take the fast path");
    private final Option<Boolean> direct =
            flag("--direct", "let the fan send without encapsulation, as fanctl up --direct does");
    private final Option<Boolean> bridgeNetfilter =
            flag("--bridge-nf", "let bridged frames pass iptables, as where Docker has loaded br_netfilter");
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    BenchCommand() {
        super(
                "bench",
                "Measures the throughput of a fan in a lab of its own. From container to container, beside a plain VXLAN bridged the"
                        + " same way and beside the bare underlay. Other work on the machine spoils the figures.",
                USUAL_NAME);
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        try (OnExit untilDone = takenAwayOnExit()) {
            return scale.or(false) ? count(screen) : measure(screen);
        } catch (IllegalStateException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
    }

    private ExitCode measure(Screen screen) {
        Duration length = seconds.or(Duration.ofSeconds(2));
        Duration half = length.dividedBy(2);
        Duration warmUp = half.compareTo(LONGEST_WARM_UP) < 0 ? half : LONGEST_WARM_UP;
        Timing timing = new Timing(warmUp, length);
        Bench bench = new Bench(
                runs.or(5),
                timing,
                List.of(new Load.Tcp(1), new Load.Tcp(flows.or(4)), new Load.Udp(PAYLOAD), new Load.RoundTrips()),
                FanOptions.DEFAULT.withFast(!noFast.or(false)).withDirect(direct.or(false) ? Direct.SEND : Direct.OFF),
                fast.or(false),
                bridgeNetfilter.or(false));
        Bench.Report report = bench.run(
                labName(),
                (number, total, load, path, sample) ->
                        System.err.println(progress(number, total, load, path.name(), sample)));
        if (json.or(false)) {
            screen.line(BenchJson.of(report));
        } else {
            BenchText.lines(report).forEach(screen::line);
        }
        return ExitCode.DONE;
    }

    private static String progress(int number, int total, Load load, String path, Sample sample) {
        return String.format(
                Locale.ROOT, "%d/%d %s, %s: %.2f %s", number, total, load.title(), path, sample.rate(), load.unit());
    }

    private ExitCode count(Screen screen) {
        List<Scale> scales = new ArrayList<>();
        for (int hosts : HOSTS) {
            System.err.println("counting with " + hosts + " hosts");
            scales.add(Scale.measure(labName(), hosts));
        }
        if (json.or(false)) {
            screen.line(BenchJson.of(scales));
        } else {
            ScaleText.lines(scales).forEach(screen::line);
        }
        return ExitCode.DONE;
    }
}
