package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.output.FanTable;
import io.fanatic.cli.output.Metrics;
import io.fanatic.cli.output.NamesText;
import io.fanatic.cli.output.PathText;
import io.fanatic.cli.output.ShowJson;
import io.fanatic.cli.output.SliceText;
import io.fanatic.cli.output.StatsOptions;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.nio.file.Path;
import java.util.List;

/** {@code fanctl show}: the fans that are up, read from the kernel. */
public final class ShowCommand extends Command {
    private final FanNetwork network = FanNetwork.onThisHost();
    private final StatsOptions stats = new StatsOptions(this, network);
    private final Option<Boolean> shares =
            flag("--shares", "also print which addresses of a slice each container engine gives out");
    private final Option<Boolean> json = flag("--json", "print one JSON document");
    private final Option<Boolean> prometheus =
            flag("--prometheus", "print metrics in Prometheus' text format, see fan-metrics(5) (root)");
    private final Option<Path> output =
            option("--output", "FILE", Values::path, "with --prometheus: put them in place of this file, in one step");
    private final ConfigFile file = new ConfigFile(this);

    public ShowCommand() {
        super("show", "Lists the fans that are up.");
    }

    @Override
    protected ExitCode run(Console console) {
        stats.check();
        if (prometheus.or(false)) {
            metrics(console);
            return ExitCode.DONE;
        }
        if (output.value().isPresent() || file.isGiven()) {
            throw CommandException.usage("--output and --file go with --prometheus");
        }
        List<Fan> fans = network.list();
        if (json.or(false)) {
            console.out().println(ShowJson.document(fans, network, stats::of));
        } else {
            console.out().print(text(fans));
        }
        stats.reset(fans, console);
        return ExitCode.DONE;
    }

    private void metrics(Console console) {
        if (json.or(false) || shares.or(false) || stats.asked()) {
            throw CommandException.usage(
                    "--prometheus goes with --output and --file only; it has the counters of --stats");
        }
        String text = new Metrics(network, file::read, Program.version()).text();
        if (output.value().isEmpty()) {
            console.out().print(text);
            return;
        }
        Attempt.write(output.required(), text);
    }

    private String text(List<Fan> fans) {
        StringBuilder text = new StringBuilder();
        FanTable.append(text, fans);
        PathText.append(text, fans, network);
        NamesText.append(text, fans);
        if (shares.or(false)) {
            SliceText.append(text, fans);
        }
        stats.append(text, fans);
        return text.toString();
    }
}
