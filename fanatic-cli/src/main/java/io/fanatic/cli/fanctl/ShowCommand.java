package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.output.FanTable;
import io.fanatic.cli.output.PathText;
import io.fanatic.cli.output.SharesText;
import io.fanatic.cli.output.ShowJson;
import io.fanatic.cli.output.StatsText;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.List;
import java.util.Map;

/** {@code fanctl show}: the fans that are up, read from the kernel. */
public final class ShowCommand extends Command {
    private final Option<Boolean> stats =
            flag("--stats", "also print what the fans' programs passed and dropped (root)");
    private final Option<Boolean> shares =
            flag("--shares", "also print which addresses of a slice each container engine gives out");
    private final Option<Boolean> json = flag("--json", "print one JSON document");
    private final FanNetwork network = FanNetwork.onThisHost();

    public ShowCommand() {
        super("show", "Lists the fans that are up.");
    }

    @Override
    protected ExitCode run(Console console) {
        List<Fan> fans = network.list();
        if (json.or(false)) {
            console.out()
                    .println(ShowJson.document(fans, network, stats.or(false) ? network::counters : fan -> Map.of()));
            return ExitCode.DONE;
        }
        StringBuilder text = new StringBuilder();
        FanTable.append(text, fans);
        PathText.append(text, fans, network);
        if (shares.or(false)) {
            SharesText.append(text, fans);
        }
        if (stats.or(false)) {
            for (Fan fan : fans) {
                StatsText.append(text, fan, network.counters(fan));
            }
        }
        console.out().print(text);
        return ExitCode.DONE;
    }
}
