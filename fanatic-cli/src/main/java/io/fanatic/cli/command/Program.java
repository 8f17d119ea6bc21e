package io.fanatic.cli.command;

import io.fanatic.core.DurableFile;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** A program: the outermost {@link Group}, and what turns arguments into a result. An instance serves one run. */
public abstract class Program extends Group {
    private final String name;
    /** Why a command did not do what it was asked to; empty when it did. */
    private String refusal = "";

    protected Program(String name, String description, List<String> names) {
        super(name, description, names);
        this.name = name;
        spec().addOption(OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("show the version and exit")
                .build());
        spec().usageMessage().footer("", "\"" + name + " help COMMAND\" tells more about one command.");
    }

    /** The program with all its commands and options, for what describes them: completion, tests of the man pages. */
    public final CommandLine model() {
        attach(new String[0], 0);
        return commandLine();
    }

    /** Without picocli's @-files: the words of a file, perhaps one that only root can read, would come out in messages. */
    private CommandLine commandLine() {
        return new CommandLine(spec()).setExpandAtFiles(false);
    }

    /** Runs what the arguments say. Never throws; an error is a sentence on {@code console.err()} and an exit code. */
    public final ExitCode run(String[] args, Console console) {
        ExitCode code = answer(args, console);
        if (!refusal.isEmpty() && wantsJson(args) && !(console.out() instanceof CleanStream out && out.wrote())) {
            console.out().println(JsonError.document(code, refusal));
        }
        if (console.out() instanceof CleanStream out && out.failure().isPresent()) {
            console.err()
                    .println(name + ": cannot write to standard output: "
                            + DurableFile.reason(out.failure().get()));
            return code == ExitCode.DONE ? ExitCode.FAILED : code;
        }
        return code;
    }

    /** A command that was not understood cannot tell whether it would have printed JSON; its words do. */
    private static boolean wantsJson(String[] args) {
        for (String word : args) {
            if (word.equals("--json")) {
                return true;
            }
            if (word.equals("--")) {
                return false;
            }
        }
        return false;
    }

    private void refuse(String sentence, Console console) {
        refusal = sentence;
        console.err().println(name + ": " + sentence);
    }

    private ExitCode answer(String[] args, Console console) {
        String[] words = args.length == 0 ? usualWords() : helpAsOption(args);
        attach(words, 0);
        CommandLine line = commandLine();
        ParseResult parsed;
        try {
            parsed = line.parseArgs(words);
        } catch (ParameterException e) {
            return usageError(e, console);
        }
        while (parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
        }
        if (parsed.isUsageHelpRequested()) {
            // Where help is asked for, picocli takes any word: "help frobnicate" would show the help of something else.
            if (!parsed.unmatched().isEmpty()) {
                return usageError(
                        new UnmatchedArgumentException(parsed.commandSpec().commandLine(), parsed.unmatched()),
                        console);
            }
            console.out().print(HelpText.of(parsed.commandSpec().commandLine()));
            return ExitCode.DONE;
        }
        if (parsed.isVersionHelpRequested()) {
            console.out().println(name + " " + version());
            return ExitCode.DONE;
        }
        return run((Command) parsed.commandSpec().userObject(), console);
    }

    /** What the program does when it is called without a word; by default it shows its help. */
    protected String[] usualWords() {
        return new String[0];
    }

    private ExitCode run(Command command, Console console) {
        try {
            return command.run(console);
        } catch (RuntimeException e) {
            String sentence = e.getMessage();
            refuse(sentence == null ? e.toString() : sentence, console);
            trace(command, e, console);
            return ExitCode.of(e);
        } catch (Error e) {
            // Such as a class that could not be read because too many files are open.
            refuse("the Java virtual machine cannot continue: " + e, console);
            trace(command, e, console);
            return ExitCode.FAILED;
        }
    }

    private static void trace(Command command, Throwable thrown, Console console) {
        if (command.debug()) {
            thrown.printStackTrace(console.err());
        }
    }

    private ExitCode usageError(ParameterException e, Console console) {
        refuse(sentence(e), console);
        boolean badValue = e.getArgSpec() != null && e.getValue() != null;
        if (!badValue) {
            Optional<String> meant =
                    e instanceof UnmatchedArgumentException unmatched ? Suggestion.of(unmatched) : Optional.empty();
            String help = "Try \"" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help\".";
            console.err().println(meant.orElse(help));
        }
        return ExitCode.USAGE;
    }

    /** Picocli counts unmatched words; a person wants to know what is wrong with the first of them. */
    private static String sentence(ParameterException e) {
        if (e instanceof OverwrittenOptionException twice
                && twice.getOverwritten() instanceof OptionSpec option
                && option.negatable()) {
            return String.join(" or ", Command.names(option)) + " can be given only once";
        }
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String word = unmatched.getUnmatched().get(0);
            CommandSpec spec = e.getCommandLine().getCommandSpec();
            return spec.userObject() instanceof Group
                    ? "there is no command \"" + word + "\""
                    : "\"" + word + "\" is one argument too many for " + spec.qualifiedName();
        }
        return String.valueOf(e.getMessage());
    }

    /** {@code help up} is {@code up --help}: no command of its own, so that a start need not make one. */
    private static String[] helpAsOption(String[] args) {
        if (args.length == 0 || !args[0].equals("help")) {
            return args;
        }
        String[] words = Arrays.copyOfRange(args, 1, args.length + 1);
        words[words.length - 1] = "--help";
        return words;
    }

    /** The version, or {@code (not packaged)} outside of its jar. */
    public static String version() {
        String version = Program.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
