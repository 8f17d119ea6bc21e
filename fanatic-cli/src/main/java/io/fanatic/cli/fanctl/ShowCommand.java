package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.output.FanTable;
import io.fanatic.cli.output.PathText;
import io.fanatic.cli.output.SharesText;
import io.fanatic.cli.output.ShowJson;
import io.fanatic.cli.output.StatsOptions;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.List;

/** {@code fanctl show}: the fans that are up, read from the kernel. */
public final class ShowCommand extends Command {
    private final FanNetwork network = FanNetwork.onThisHost();
    private final StatsOptions stats = new StatsOptions(this, network);
    private final Option<Boolean> shares =
            flag("--shares", "also print which addresses of a slice each container engine gives out");
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    public ShowCommand() {
        super("show", "Lists the fans that are up.");
    }

    @Override
    protected ExitCode run(Console console) {
        stats.check();
        List<Fan> fans = network.list();
        if (json.or(false)) {
            console.out().println(ShowJson.document(fans, network, stats::of));
        } else {
            console.out().print(text(fans));
        }
        stats.reset(fans, console);
        return ExitCode.DONE;
    }

    private String text(List<Fan> fans) {
        StringBuilder text = new StringBuilder();
        FanTable.append(text, fans);
        PathText.append(text, fans, network);
        if (shares.or(false)) {
            SharesText.append(text, fans);
        }
        stats.append(text, fans);
        return text.toString();
    }
}
