package io.fanatic.cli.reach;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.terminal.ProgressLine;
import io.fanatic.cli.terminal.ReportOutput;
import io.fanatic.core.IpAddress;
import io.fanatic.harness.reach.Explanation;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachJson;
import io.fanatic.harness.reach.ReachReport;
import io.fanatic.netlink.FanNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** {@code fanatic test all}: many hosts, a line for each. */
public final class TestAllCommand extends Command {
    private final Option<String> hosts = requiredOption(
            "--hosts", "FILE|CIDR", text -> text, "a file with an address in each line, or all hosts of a network");
    private final ReachOptions options = new ReachOptions(this);
    private final Option<Boolean> json = flag("--json", "print one JSON document");
    private final Option<Path> reportTo = option("--report", "DIR", Values::path, ReportOutput.DESCRIPTION);

    public TestAllCommand() {
        super(
                "all",
                "Tests many hosts of a fan: pings all at once, then tests each that answers as \"fanatic test host\" does, one after the other.");
    }

    @Override
    protected ExitCode run(Console console) {
        List<IpAddress> addresses = HostList.read(hosts.required());
        boolean text = !json.or(false);
        reportTo.value().ifPresent(ReportOutput::requireDirectory);
        long began = System.nanoTime();
        List<PeerReport> reports = new ArrayList<>();
        List<IpAddress> unused = new ArrayList<>();
        boolean ipv6 = FanNetwork.onThisHost().list().stream()
                .anyMatch(fan -> fan.ipv6().isPresent());
        boolean network = HostList.isNetwork(hosts.required());
        ProgressLine progress = ProgressLine.onTerminal();
        try (Reach reach = Reach.onThisHost()) {
            reach.testAll(addresses, options.spec(), progress::at, report -> {
                if (report.explanation()
                        .filter(Explanation.ThisHost.class::isInstance)
                        .isEmpty()) {
                    if (network && isUnused(report)) {
                        unused.add(report.given());
                        return;
                    }
                    reports.add(report);
                    if (text) {
                        progress.erase();
                        if (reports.size() == 1) {
                            console.out().println(ReachText.header(ipv6));
                        }
                        ReachText.row(report, ipv6).forEach(console.out()::println);
                    }
                }
            });
        }
        if (reports.isEmpty() && !unused.isEmpty()) {
            throw new CommandException(
                    ExitCode.TEST_FAILED,
                    "none of the " + unused.size() + " addresses of " + hosts.required() + " answers");
        }
        if (reports.isEmpty()) {
            throw CommandException.usage(hosts.required() + " names no other host");
        }
        if (text) {
            console.out().println();
            ReachText.conditions(reports).forEach(console.out()::println);
            console.out().println(ReachText.total(reports));
            if (!unused.isEmpty()) {
                console.out()
                        .println(unused.size() + (unused.size() == 1 ? " address" : " addresses")
                                + " of the network answered nothing and " + (unused.size() == 1 ? "was" : "were")
                                + " not counted.");
            }
        } else {
            JsonObject document = ReachJson.document(reports);
            document.add("unused", JsonValues.array(unused));
            console.out().println(JsonValues.printEscaped(document));
        }
        Consumer<String> say = text ? console.out()::println : line -> {};
        reportTo.value().ifPresent(to -> ReportOutput.write(ReachReport.of(reports, began), to, say));
        return reports.stream().allMatch(PeerReport::ok) ? ExitCode.DONE : ExitCode.TEST_FAILED;
    }

    /** A network has addresses that no host has; a file names hosts that there should be. */
    private static boolean isUnused(PeerReport report) {
        return report.explanation()
                .filter(why -> why instanceof Explanation.UnderlaySilent silent && !silent.onTheWire())
                .isPresent();
    }
}
