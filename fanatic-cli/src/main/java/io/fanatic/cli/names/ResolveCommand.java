package io.fanatic.cli.names;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.setup.Host;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.names.Names;
import io.fanatic.netlink.names.NamesSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** {@code fanatic resolve}: what a name or an address leads to, step by step. */
public final class ResolveCommand extends Command {
    private static final int SCHEMA = 1;

    private final Supplier<Host> host;
    private final Option<String> name =
            word("NAME", "web.h2, web.h2.fan-250.internal, or an address of the overlay such as 250.0.2.5");
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    public ResolveCommand(Supplier<Host> host) {
        super(
                "resolve",
                "Finds a container by its name, or the names at an address. It prints each step: the host, its slice, who was"
                        + " asked, what came.",
                "It asks as \"fanatic names\" does, without needing it on this host. Exit code 0 when there is such a name, 1"
                        + " when not, or when nobody can tell.");
        this.host = host;
    }

    @Override
    protected ExitCode run(Console console) {
        String wanted = name.value().orElseThrow(() -> CommandException.usage("the name is missing, such as web.h2"));
        List<Fan> fans = FanNetwork.onThisHost().list();
        if (fans.isEmpty()) {
            throw CommandException.failed(
                    "no fan is up on this host; bring one up with fanctl up, then names can be found");
        }
        // As the server does, where there is one.
        List<Fan> served = fans.stream().filter(Fan::names).toList();
        List<Fan> known = served.isEmpty() ? fans : served;
        try (Names names = Names.open(NamesSpec.of(EngineSource.of(host.get().engines())))) {
            names.know(known);
            Names.Resolution found = names.resolve(wanted);
            if (!found.ofAFan()) {
                throw CommandException.usage(wanted + " is of no fan of this host; their names end in "
                        + String.join(", ", names.zones(known.get(0))));
            }
            print(wanted, found, console);
            boolean nothing = found.addresses().isEmpty() && found.names().isEmpty();
            return nothing || found.failed() ? ExitCode.FAILED : ExitCode.DONE;
        }
    }

    private void print(String wanted, Names.Resolution found, Console console) {
        String answer = answer(found);
        if (!json.or(false)) {
            found.steps().forEach(console.out()::println);
            console.out().println("answer: " + answer);
            return;
        }
        JsonObject document = JsonValues.object("schema", SCHEMA, "name", wanted);
        document.add("steps", JsonValues.array(found.steps()));
        document.add("addresses", JsonValues.array(found.addresses()));
        document.add("names", JsonValues.array(found.names()));
        document.addProperty("unknown", found.failed());
        console.out().println(document);
    }

    private static String answer(Names.Resolution found) {
        List<String> words = new ArrayList<>(found.names());
        found.addresses().forEach(address -> words.add(address.toString()));
        if (found.failed()) {
            words.add("unknown (SERVFAIL)");
        }
        return words.isEmpty() ? "no such name" : String.join(", ", words);
    }
}
