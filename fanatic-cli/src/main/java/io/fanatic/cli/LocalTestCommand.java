package io.fanatic.cli;

import com.google.gson.JsonArray;
import io.fanatic.cli.check.LocalTest;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.configure.SetupText;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.setup.FanState;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.terminal.Progress;
import io.fanatic.netlink.FanNetwork;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@code fanatic test local-docker} and its like. */
final class LocalTestCommand extends Command {
    private static final int SCHEMA = 1;

    private final EngineKind kind;
    private final Supplier<Host> host;
    private final FanArguments fan = new FanArguments(this);
    private final Option<String> image = option(
            "--image",
            "IMAGE",
            text -> text,
            "the image to run (a local busybox, alpine or ubuntu; if there is none, one is pulled)");

    private final Option<Boolean> json = flag("--json", "print one JSON document");

    LocalTestCommand(EngineKind kind, Supplier<Host> host) {
        super(
                "local-" + kind.word(),
                "Starts a container of " + kind.title()
                        + " on the fan; it and this host test each other: ping, 1 KiB and 64 MiB"
                        + " of random data, both ways at once, and by IPv6 where the fan has it. The container is removed"
                        + " again.");
        this.kind = kind;
        this.host = host;
    }

    @Override
    protected ExitCode run(Console console) {
        FanNetwork.requirePrivileges();
        Host here = host.get();
        FanState state = here.observe(fan.entry());
        if (!state.up()) {
            throw CommandException.failed("the fan " + state.name() + " is not up; \"fanatic enable-" + kind.word()
                    + " -u " + state.entry().underlay() + " -o " + state.entry().overlay() + "\" brings it up");
        }
        Consumer<String> say = json.or(false) ? line -> {} : console.out()::println;
        LocalTest.Result result = new LocalTest(here.engine(kind), say, Progress.on(console))
                .run(here.attachment(state.entry()), image.value());
        if (json.or(false)) {
            JsonArray tests = SetupText.tests(List.of(result));
            console.out().println(JsonValues.print(JsonValues.object("schema", SCHEMA, "tests", tests)));
        }
        return result.exitCode();
    }
}
