package io.fanatic.cli.names;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.ServiceManager;
import io.fanatic.cli.setup.Host;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.names.Names;
import io.fanatic.netlink.names.NamesCounter;
import io.fanatic.netlink.names.NamesSpec;
import io.fanatic.netlink.watch.FanChanges;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jline.utils.Signals;

/** {@code fanatic names}: serves the names of this host's containers, until a signal ends it. */
public final class NamesCommand extends Command {
    private final Supplier<Host> host;

    public NamesCommand(Supplier<Host> host) {
        super(
                "names",
                "Serves names of containers, such as web.h2.fan-250.internal for the container web of the host h2. It listens"
                        + " at the host address of each fan that has the flag names, which enable-names sets, and asks other"
                        + " hosts for the names of theirs.",
                "",
                "This host and its containers are answered everything; names that are of no fan are asked of the name servers"
                        + " of /etc/resolv.conf. Other hosts are answered names of this host only. Where systemd-resolved runs, it"
                        + " is told to ask here for the names of the fans. Containers on a network of Docker's own then need"
                        + " nothing else; for others: --dns and the host address.",
                "",
                "SIGTERM and SIGINT end it. As a service of systemd it is of Type=notify: fan-names.service.");
        this.host = host;
    }

    @Override
    protected ExitCode run(Console console) {
        FanNetwork.requirePrivileges();
        ServiceManager manager = ServiceManager.ofThisService();
        FanNetwork network = FanNetwork.onThisHost();
        NamesSpec spec = NamesSpec.of(EngineSource.of(host.get().engines()));
        try (FanChanges changes = FanChanges.open();
                Names names = Names.open(spec);
                ResolvedLinks resolved = new ResolvedLinks(line -> console.err().println("fanatic: " + line))) {
            Runnable stop = () -> {
                manager.tell("STOPPING=1");
                changes.stop();
            };
            Signals.register("TERM", stop);
            Signals.register("INT", stop);
            String said = "";
            do {
                List<Fan> fans = new ArrayList<>(network.list());
                fans.removeIf(fan -> !fan.names());
                List<String> problems = new ArrayList<>(names.serve(fans));
                if (!problems.isEmpty() && names.addresses().isEmpty()) {
                    throw CommandException.conflict(
                            problems.get(0) + "; end what listens there, or let it listen elsewhere");
                }
                resolved.set(fans, names);
                String now = description(fans, names, problems);
                if (!now.equals(said)) {
                    console.out().println(now);
                    console.out().flush();
                    said = now;
                }
                manager.tell("READY=1\nSTATUS=" + now.replace('\n', ';'));
            } while (resolved.await(changes));
            console.out().println(counters(names.counters()));
        }
        return ExitCode.DONE;
    }

    private static String description(List<Fan> fans, Names names, List<String> problems) {
        List<String> lines = new ArrayList<>();
        for (Fan fan : fans) {
            for (String zone : names.zones(fan)) {
                if (zone.endsWith(".internal")) {
                    List<String> at = names.addresses().stream()
                            .map(InetSocketAddress::getAddress)
                            .filter(address -> fan.slices().stream()
                                    .anyMatch(slice ->
                                            slice.hostAddress().toString().equals(address.getHostAddress())))
                            .map(InetAddress::getHostAddress)
                            .toList();
                    lines.add("Serving " + zone + " at " + String.join(", ", at));
                }
            }
        }
        if (lines.isEmpty()) {
            lines.add("No fan with names is up; waiting for one");
        }
        lines.addAll(problems);
        return String.join("\n", lines);
    }

    private static String counters(Map<NamesCounter, Long> counters) {
        List<String> words = new ArrayList<>();
        counters.forEach((counter, count) -> words.add(counter.words() + " " + count));
        return String.join(", ", words);
    }
}
