package io.fanatic.cli.reach;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.core.IpAddress;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachJson;
import io.fanatic.harness.reach.ReachSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** {@code fanatic test host}: other hosts, stage by stage. */
public final class TestHostCommand extends Command {
    private final Option<String[]> words =
            words("ADDRESS", "1..*", "address of another host, on the underlay or in the overlay");
    private final ReachOptions options = new ReachOptions(this);
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    public TestHostCommand() {
        super(
                "host",
                "Tests another host of a fan: ping, path MTU, data to echo and discard, throughput both ways; and explains what"
                        + " fails. The other host should run \"fanatic serve\", or any echo, discard and iperf3 server.");
    }

    @Override
    protected ExitCode run(Console console) {
        List<IpAddress> addresses = Attempt.orUsage(
                () -> Stream.of(words.required()).map(IpAddress::parse).toList());
        ReachSpec spec = options.spec();
        Consumer<String> out = json.or(false) ? line -> {} : console.out()::println;
        List<PeerReport> reports = new ArrayList<>();
        try (Reach reach = Reach.onThisHost()) {
            for (IpAddress address : addresses) {
                out.accept(reach.peer(address).map(ReachText::peer).orElse("Testing " + address));
                PeerReport report = reach.test(
                        address, spec, stage -> ReachText.stage(stage).forEach(out));
                ReachText.explanation(report).forEach(out);
                out.accept("");
                reports.add(report);
            }
        }
        if (json.or(false)) {
            console.out().println(JsonValues.printEscaped(ReachJson.document(reports)));
        } else {
            ReachText.conditions(reports).forEach(out);
            out.accept(ReachText.total(reports));
        }
        return reports.stream().allMatch(PeerReport::ok) ? ExitCode.DONE : ExitCode.TEST_FAILED;
    }
}
