package io.fanatic.cli.lab;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.terminal.OnExit;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.lab.Fanctl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the lab's commands share: they need root, and they are about one lab. */
abstract class LabCommand extends Command {
    private final String usualName;
    private final Option<String> name;

    /** A command about the lab that {@code fanatic lab up} makes, if not said otherwise. */
    LabCommand(String word, String description) {
        this(word, description, LabSpec.DEFAULT_NAME);
    }

    LabCommand(String word, String description, String usualName) {
        super(word, description);
        this.usualName = usualName;
        name = option("--lab", "NAME", text -> LabSpec.named(text).name(), "the lab's name (" + usualName + ")");
    }

    @Override
    protected final ExitCode run(Console console) {
        if (LIBC.geteuid() != 0) {
            throw new CommandException(
                    ExitCode.NOT_ROOT, "a lab is made of network namespaces, which need root; try sudo");
        }
        return runAsRoot(new Screen(console));
    }

    abstract ExitCode runAsRoot(Screen screen);

    final boolean nameGiven() {
        return name.value().isPresent();
    }

    final String labName() {
        return name.or(usualName);
    }

    /** Takes away what runs that died have left behind, and tells. */
    static void sweep(Screen screen) {
        for (String left : Lab.sweep()) {
            screen.line("(" + left + " was left behind by a run that died, and is gone now)");
        }
    }

    /** While it is open, a program that ends, by Ctrl-C too, takes away the lab that it has made. */
    final OnExit takenAwayOnExit() {
        return OnExit.run("lab-taken-away", this::takeAwayOwn);
    }

    final void takeAwayOwn() {
        long self = ProcessHandle.current().pid();
        Lab.find(labName())
                .filter(lab -> lab.ownerPid().equals(Optional.of(self)))
                .ifPresent(Lab::close);
    }

    /** The lab that the command is about, which must be up. */
    final Lab lab() {
        return Lab.find(labName())
                .orElseThrow(() ->
                        CommandException.failed("there is no lab " + labName() + "; \"fanatic lab up\" makes one"));
    }

    /** The options that say how a lab is to be. */
    final class Shape {
        /** More than any lab has; how many this one can have, its networks decide. */
        private static final int MOST = 65535;

        private final Option<Integer> hosts =
                option("--hosts", "N", text -> Values.number(text, 0, MOST), "how many hosts (3)");
        private final Option<Integer> containers = option(
                "--containers", "M", text -> Values.number(text, 0, MOST), "how many containers on each host (2)");
        private final Option<Ipv4Prefix> underlay =
                option("-u,--underlay", "UNDERLAY", Ipv4Prefix::parse, "the underlay (10.0.0.0/16)");
        private final Option<Ipv4Prefix> overlay =
                option("-o,--overlay", "OVERLAY", Ipv4Prefix::parse, "the overlay (250.0.0.0/8)");
        private final Option<Integer> port =
                option("--port", "P", Values::port, "the UDP port of the fans' tunnels (8472)");

        private final Option<Ipv6Prefix> overlay6 = option(
                "--overlay6", "PREFIX", Ipv6Prefix::parse, "an IPv6 overlay as well, such as fd00:fa::/48 (none)");

        /** The fanctl of this installation, with what the shape says about each fan. */
        Fanctl fanctl() {
            List<String> flags = new ArrayList<>();
            port.value().ifPresent(number -> flags.addAll(List.of("--port", "" + number)));
            overlay6.value().ifPresent(prefix -> flags.addAll(List.of("--overlay6", prefix.toString())));
            return Fanctl.ofThisInstallation().withFlags(flags);
        }

        LabSpec named(String labName) {
            LabSpec usual = LabSpec.named(labName);
            return Attempt.orUsage(() -> {
                FanMapping mapping = FanMapping.of(
                        overlay.or(usual.mapping().overlay()),
                        underlay.or(usual.mapping().underlay()));
                overlay6.value().ifPresent(prefix -> new Ipv6Mapping(prefix, mapping.underlay()));
                return new LabSpec(
                        labName,
                        mapping,
                        hosts.or(usual.hosts()),
                        containers.or(usual.containers()),
                        usual.underlayMtu());
            });
        }
    }
}
