package io.fanatic.cli.lab;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import java.util.List;
import java.util.function.Function;

/** {@code fanatic lab list}: all labs of this machine, or the one named. */
final class ListCommand extends LabCommand {

    private static final int SCHEMA = 1;

    private final Option<Boolean> json = flag("--json", "print one JSON document");

    ListCommand() {
        super("list", "Lists the labs of this machine, their hosts and containers.", "all");
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        List<String> names = nameGiven() ? List.of(lab().spec().name()) : Lab.names();
        if (json.or(false)) {
            screen.line(document(names));
            return ExitCode.DONE;
        }
        for (String name : names) {
            Lab.find(name).ifPresent(lab -> {
                String owner = lab.ownerPid()
                        .map(pid -> " (ends with process " + pid + ")")
                        .orElse("");
                screen.line(name + ": " + LabText.summary(lab.spec()) + owner);
                screen.details(LabText.hosts(lab));
            });
        }
        return ExitCode.DONE;
    }

    private static String document(List<String> names) {
        JsonArray labs = new JsonArray();
        names.forEach(name -> Lab.find(name).map(ListCommand::json).ifPresent(labs::add));
        return JsonValues.printEscaped(JsonValues.object("schema", SCHEMA, "labs", labs));
    }

    private static JsonObject json(Lab lab) {
        JsonObject json = new JsonObject();
        json.addProperty("name", lab.spec().name());
        json.addProperty("underlay", lab.spec().mapping().underlay().toString());
        json.addProperty("overlay", lab.spec().mapping().overlay().toString());
        lab.ownerPid().ifPresent(pid -> json.addProperty("endsWithProcess", pid));
        json.add("hosts", JsonValues.array(lab.hosts(), host -> {
            JsonObject one = JsonValues.object("name", host.name(), "underlayAddress", host.underlayAddress());
            one.addProperty("slice", host.slice().cidr().toString());
            Function<LabContainer, JsonObject> container =
                    each -> JsonValues.object("name", each.name(), "address", each.address());
            one.add("containers", JsonValues.array(lab.containersOf(host), container));
            return one;
        }));
        return json;
    }
}
