package io.fanatic.cli.fanctl;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Failures;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanConfigException;
import java.util.List;

/** {@code fanctl config list}: the configured fans, one line each in the form of the file. */
final class ConfigListCommand extends Command {
    private static final int SCHEMA = 1;

    private final ConfigFile file = new ConfigFile(this);
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    ConfigListCommand() {
        super("list", "Lists the configured fans, each as its line in the configuration reads.");
    }

    @Override
    protected ExitCode run(Console console) {
        FanConfig config = file.read();
        Failures failures = new Failures(console);
        if (json.or(false)) {
            console.out().println(document(config));
        }
        for (FanConfig.Line line : json.or(false) ? List.<FanConfig.Line>of() : config.lines()) {
            console.out().println(line.entry());
        }
        for (FanConfigException problem : config.problems()) {
            failures.add(problem);
        }
        return failures.exitCode();
    }

    private String document(FanConfig config) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.addProperty("configuration", file.path().toString());
        document.add("fans", JsonValues.array(config.lines(), line -> {
            JsonObject fan = new JsonObject();
            fan.addProperty("line", line.number());
            fan.addProperty("overlay", line.entry().overlay().toString());
            fan.addProperty("underlay", line.entry().underlay().toString());
            fan.addProperty("off", line.entry().options().off());
            fan.addProperty("entry", line.entry().toString());
            return fan;
        }));
        document.add("problems", JsonValues.array(config.problems(), problem -> {
            JsonObject one = new JsonObject();
            one.addProperty("line", problem.line());
            one.addProperty("message", String.valueOf(problem.getMessage()));
            return one;
        }));
        return JsonValues.printEscaped(document);
    }
}
