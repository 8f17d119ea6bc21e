package io.fanatic.cli.lab;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** {@code fanatic lab exec}: ends as the command ended, so that scripts can ask it things. */
final class ExecCommand extends LabCommand {
    private final Option<String[]> words = words(
            "WORD", "1..*", "a host or container, such as h1 or h1c1, then the command; a shell if there is none");
    private final IntConsumer exit;

    ExecCommand(IntConsumer exit) {
        super(
                "exec",
                "Runs a command in a host or a container of the lab. For example: fanatic lab exec h1 -- ip addr");
        this.exit = exit;
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        List<String> given = Arrays.asList(words.required());
        Lab lab = lab();
        LabNode node = lab.node(given.get(0))
                .orElseThrow(
                        () -> CommandException.usage("the lab " + lab.spec().name() + " has no \"" + given.get(0)
                                + "\"; it has " + LabText.summary(lab.spec()) + ", named like h1 and h1c1"));
        List<String> command = given.size() > 1 ? given.subList(1, given.size()) : List.of("/bin/sh");
        exit.accept(lab.execInherited(node, command));
        return ExitCode.DONE;
    }
}
