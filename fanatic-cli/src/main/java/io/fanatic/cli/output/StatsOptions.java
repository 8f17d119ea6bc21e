package io.fanatic.cli.output;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.Option;
import io.fanatic.core.Counter;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.kernel.IpsecState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code --stats} and {@code --reset} of the commands that show fans. */
public final class StatsOptions {
    private final FanNetwork network;
    private final Option<Boolean> stats;
    private final Option<Boolean> reset;

    /**
     * What a fan's programs have counted.
     *
     * @param counters empty when that was not asked for
     * @param lastDrops when frames were last dropped that somebody should look at
     * @param ipsec of an encrypted fan; empty when that was not asked for
     */
    public record Counts(Map<Counter, Long> counters, Map<Counter, Instant> lastDrops, Optional<IpsecState> ipsec) {
        public static final Counts NONE = new Counts(Map.of(), Map.of(), Optional.empty());
    }

    public StatsOptions(Command command, FanNetwork network) {
        this.network = network;
        stats = command.flag("--stats", "also print what the fans' programs passed and dropped (root)");
        reset = command.flag("--reset", "with --stats: set the counters to zero once they are printed (root)");
    }

    /** Refuses to reset what nobody has seen. */
    public void check() {
        if (reset.or(false) && !stats.or(false)) {
            throw CommandException.usage("--reset goes with --stats, which prints the counters before they are reset");
        }
    }

    public boolean asked() {
        return stats.or(false);
    }

    public Counts of(Fan fan) {
        return asked()
                ? new Counts(
                        network.counters(fan),
                        network.lastDrops(fan),
                        fan.encryption().map(how -> network.ipsec(fan)))
                : Counts.NONE;
    }

    public void append(StringBuilder text, List<Fan> fans) {
        if (asked()) {
            for (Fan fan : fans) {
                StatsText.append(text, fan, of(fan));
            }
        }
    }

    /** After all is printed; what could not be printed is kept. */
    public void reset(List<Fan> fans, Console console) {
        if (reset.or(false) && !console.out().checkError()) {
            fans.forEach(network::resetCounters);
        }
    }
}
