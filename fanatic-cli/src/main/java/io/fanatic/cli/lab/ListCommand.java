package io.fanatic.cli.lab;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import java.util.List;

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
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.add("labs", labs);
        return new GsonBuilder().setPrettyPrinting().create().toJson(document);
    }

    private static JsonObject json(Lab lab) {
        JsonObject json = new JsonObject();
        json.addProperty("name", lab.spec().name());
        json.addProperty("underlay", lab.spec().mapping().underlay().toString());
        json.addProperty("overlay", lab.spec().mapping().overlay().toString());
        lab.ownerPid().ifPresent(pid -> json.addProperty("endsWithProcess", pid));
        JsonArray hosts = new JsonArray();
        for (LabHost host : lab.hosts()) {
            JsonObject one = new JsonObject();
            one.addProperty("name", host.name());
            one.addProperty("underlayAddress", host.underlayAddress().toString());
            one.addProperty("slice", host.slice().cidr().toString());
            JsonArray containers = new JsonArray();
            for (LabContainer container : lab.containers()) {
                if (container.host().number() == host.number()) {
                    JsonObject inner = new JsonObject();
                    inner.addProperty("name", container.name());
                    inner.addProperty("address", container.address().toString());
                    containers.add(inner);
                }
            }
            one.add("containers", containers);
            hosts.add(one);
        }
        json.add("hosts", hosts);
        return json;
    }
}
