package io.fanatic.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What a program's command objects say that there is: for tests that compare it with what is written elsewhere. */
public final class CommandTree {
    /** What every command has: help, version, stack trace. */
    private static final Set<String> EVERYWHERE = Set.of("--help", "--version", "--debug");

    private CommandTree() {}

    /**
     * An option.
     *
     * @param names as typed: {@code -u}, {@code --underlay}
     * @param label what stands for its value; empty without one
     */
    public record Opt(Set<String> names, String label) {}

    /** The commands that do something, by their words such as {@code config set}, each with its own options. */
    public static Map<String, List<Opt>> of(Program program) {
        program.attach(new String[] {""}, 0);
        Map<String, List<Opt>> commands = new TreeMap<>();
        walk("", program.spec(), commands);
        return commands;
    }

    /** The names of all options, also of those that every command has. */
    public static Set<String> names(Program program) {
        program.attach(new String[] {""}, 0);
        Set<String> names = new TreeSet<>();
        collect(program.spec(), names);
        return names;
    }

    private static void collect(CommandSpec spec, Set<String> names) {
        spec.options().forEach(option -> names.addAll(Command.names(option)));
        spec.subcommands().values().forEach(child -> collect(child.getCommandSpec(), names));
    }

    private static void walk(String path, CommandSpec spec, Map<String, List<Opt>> commands) {
        spec.subcommands()
                .forEach((name, child) -> walk((path + " " + name).strip(), child.getCommandSpec(), commands));
        if (spec.subcommands().isEmpty()) {
            List<Opt> options = new ArrayList<>();
            for (OptionSpec option : spec.options()) {
                if (!EVERYWHERE.contains(option.longestName())) {
                    options.add(new Opt(Set.of(option.names()), option.arity().max() == 0 ? "" : option.paramLabel()));
                }
            }
            // An opposite is typed and described for itself.
            spec.negatedOptionsMap().keySet().forEach(opposite -> options.add(new Opt(Set.of(opposite), "")));
            commands.put(path, options);
        }
    }
}
