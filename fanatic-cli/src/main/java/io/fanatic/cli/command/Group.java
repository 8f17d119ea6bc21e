package io.fanatic.cli.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command whose first word names another command: {@code fanctl config list}. Each program is one too.
 *
 * <p>Only the command that is named on the command line is made, since each costs a few milliseconds; all of them when the
 * word is none of them, so that help and "did you mean" know them all.
 */
public abstract class Group extends Command {
    private final List<String> names;

    /** @param names of the commands, in the order of the help */
    protected Group(String name, String description, List<String> names) {
        super(name, description);
        this.names = names;
    }

    /** Makes the command of this name, one of those given to the constructor: a plain {@code switch}. */
    protected abstract Command command(String name);

    /** Adds the command that {@code args[at]} names, and so on further down. */
    final void attach(String[] args, int at) {
        String word = at < args.length ? args[at] : "";
        if (names.contains(word)) {
            attach(word, args, at + 1);
        } else {
            for (String name : names) {
                attach(name, args, args.length);
            }
        }
    }

    private void attach(String name, String[] args, int next) {
        Command command = command(name);
        CommandSpec child = command.spec();
        if (command instanceof Group group) {
            group.attach(args, next);
        }
        spec().addSubcommand(name, child);
    }

    @Override
    protected ExitCode run(Console console) {
        spec().commandLine().usage(console.err());
        return ExitCode.USAGE;
    }
}
