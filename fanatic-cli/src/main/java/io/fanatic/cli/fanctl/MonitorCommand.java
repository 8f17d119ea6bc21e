package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.output.DropText;
import io.fanatic.cli.output.MonitorText;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Monitor;
import io.fanatic.netlink.engine.MonitorSpec;
import io.fanatic.netlink.engine.MonitoredFrame;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/** {@code fanctl monitor}: the frames that fans drop, as they are dropped. */
public final class MonitorCommand extends Command {
    private static final long PAUSE_MILLIS = 50;
    /** Between two looks at the fans, and two lines about what was not shown. */
    private static final int PAUSES_IN_A_ROUND = 20;

    private final Option<String> fan =
            option("--fan", "FAN", MonitorCommand::fan, "only frames of this fan, named by its bridge or overlay");
    private final Option<List<String>> reason = options(
            "--reason",
            "REASON",
            MonitorCommand::reason,
            "only frames dropped for this reason, such as spoofed; may be repeated");
    private final Option<Prefix> address = option(
            "--address",
            "CIDR",
            MonitorCommand::prefix,
            "only frames from or to this address inside the overlay, or an address of this network");
    private final Option<Ipv4Address> peer = option(
            "--peer", "ADDRESS", Ipv4Address::parse, "only frames from or to the host with this underlay address");
    private final Option<Boolean> all = flag("--all", "also frames that pass, at most 100 per second and CPU");
    private final Option<Integer> count =
            option("--count", "N", text -> Values.number(text, 1, Integer.MAX_VALUE), "end after so many frames");
    private final Option<Boolean> json = flag("--json", "print each line as a JSON object");
    private final Option<String> explain =
            option("--explain", "REASON", DropText::explain, "print what a reason means and what to do, and end");
    private final FanNetwork network = FanNetwork.onThisHost();

    public MonitorCommand() {
        super(
                "monitor",
                "Prints the frames that the fans of this host drop, with the reason, as they are dropped, until a signal"
                        + " ends it.",
                "",
                "It looks by eBPF programs of its own in front of those of the fans, which stay as they are; they end with"
                        + " this command. Before Linux 6.6, those of a command that was killed end with the next \"fanctl up\".",
                "",
                "What the kernel drops elsewhere is not shown; --explain kernel tells how to see that.");
    }

    private static String reason(String text) {
        DropText.counters(text); // refuses what is none
        return text;
    }

    /** What can be a bridge's name, or an overlay as it is printed. */
    private static String fan(String text) {
        return text.matches("[^/\\s]{1,15}") ? text : Ipv4Prefix.parse(text).toString();
    }

    private static Prefix prefix(String text) {
        return Prefix.parse(text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32"));
    }

    @Override
    protected ExitCode run(Console console) {
        if (explain.value().isPresent()) {
            if (fan.value().isPresent()
                    || reason.value().isPresent()
                    || address.value().isPresent()
                    || peer.value().isPresent()
                    || all.or(false)
                    || json.or(false)
                    || count.value().isPresent()) {
                throw CommandException.usage("--explain goes with no other option");
            }
            console.out().print(explain.required());
            return ExitCode.DONE;
        }
        CountDownLatch end = new CountDownLatch(1);
        MonitorSpec spec = new MonitorSpec(bridge(), reasons(), address.value(), peer.value());
        try (Monitor monitor = network.monitor(spec)) {
            Signals.register("INT", end::countDown);
            Signals.register("TERM", end::countDown);
            Signals.register("HUP", end::countDown);
            new Run(monitor, new MonitorText(new Screen(console), json.or(false)), console).until(end);
        }
        return ExitCode.DONE;
    }

    /** The fan by its bridge; one that is not up yet may be named by that. */
    private Optional<String> bridge() {
        if (fan.value().isEmpty()) {
            return Optional.empty();
        }
        String name = fan.required();
        for (Fan each : network.list()) {
            if (each.overlay().toString().equals(name)) {
                return Optional.of(each.bridge());
            }
        }
        if (name.contains("/")) {
            throw CommandException.usage("no fan with the overlay " + name + " is up; fanctl show lists them");
        }
        return Optional.of(name);
    }

    private Set<Counter> reasons() {
        Set<Counter> chosen = EnumSet.noneOf(Counter.class);
        reason.or(List.of()).forEach(word -> chosen.addAll(DropText.counters(word)));
        for (Counter counter : Counter.values()) {
            boolean passed = counter.kind() == Counter.Kind.PASSED;
            if (passed ? all.or(false) : reason.value().isEmpty()) {
                chosen.add(counter);
            }
        }
        return chosen;
    }

    /** What is printed until somebody ends it. */
    private final class Run {
        private final Monitor monitor;
        private final MonitorText text;
        private final Console console;
        private final Map<String, Map<Counter, Long>> notShown = new TreeMap<>();
        private long shown;
        private boolean looks;

        Run(Monitor monitor, MonitorText text, Console console) {
            this.monitor = monitor;
            this.text = text;
            this.console = console;
        }

        void until(CountDownLatch end) {
            look();
            if (!looks) {
                console.err().println("fanctl: no fan to look at is up; waiting for one");
            } else {
                console.err().println("fanctl: looking; Ctrl-C ends it");
            }
            for (int pause = 1; !ended(end); pause++) {
                print();
                if (pause % PAUSES_IN_A_ROUND == 0) {
                    look();
                    printNotShown();
                }
            }
            print();
            printNotShown();
        }

        private boolean ended(CountDownLatch end) {
            try {
                return end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                        || shown == count.or(Integer.MAX_VALUE)
                        || console.out().checkError();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }

        private void look() {
            looks = monitor.refresh();
        }

        private void print() {
            while (shown < count.or(Integer.MAX_VALUE)) {
                Optional<MonitoredFrame> frame = monitor.next();
                if (frame.isEmpty()) {
                    return;
                }
                text.print(frame.get());
                shown++;
            }
        }

        /** What came to be not shown since the last time. */
        private void printNotShown() {
            if (shown == count.or(Integer.MAX_VALUE)) {
                return; // that was asked for
            }
            print(); // else what has just come would count as not shown
            monitor.notShown()
                    .forEach((bridge, reasons) -> reasons.forEach((counter, total) -> {
                        Map<Counter, Long> before = notShown.computeIfAbsent(bridge, name -> new TreeMap<>());
                        long more = total - before.getOrDefault(counter, 0L);
                        if (more > 0) {
                            text.printNotShown(bridge, counter, more);
                            before.put(counter, total);
                        }
                    }));
        }
    }
}
