package io.fanatic.cli.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * One command. A subclass declares its options as fields and does its work in {@link #run}:
 *
 * <pre>{@code
 * final class MapCommand extends Command {
 *     private final Option<Ipv4Prefix> overlay = option("-o,--overlay", "O", Ipv4Prefix::parse, "the overlay, such as 250.0.0.0/8");
 *     private final Option<Boolean> json = flag("--json", "print one JSON document");
 *
 *     MapCommand() {
 *         super("map", "Prints the slice that an underlay address owns.");
 *     }
 *
 *     protected ExitCode run(Console console) { ... }
 * }
 * }</pre>
 *
 * <p>It is then named in the {@link Group} it belongs to. This is picocli's programmatic interface with fields in front:
 * reading annotations instead would cost every start another 35 to 45 ms, a third of the whole.
 */
public abstract class Command {
    private final CommandSpec spec;
    private final Option<Boolean> debug;

    /** @param description what it does; its first sentence stands in the list of commands, further lines are paragraphs of the help */
    protected Command(String name, String... description) {
        spec = CommandSpec.wrapWithoutInspection(this).name(name);
        spec.usageMessage().description(description).abbreviateSynopsis(false);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("show this help and exit")
                .build());
        debug = flag("--debug", "print the Java stack trace of an error");
    }

    /**
     * Does the work.
     *
     * @return how it ended
     * @throws CommandException with the sentence to print, when it cannot
     */
    protected abstract ExitCode run(Console console);

    /** An option without a value. */
    public final Option<Boolean> flag(String names, String description) {
        return add(OptionSpec.builder(names.split(","))
                .arity("0")
                .type(boolean.class)
                .description(description));
    }

    /** As {@link #flag}, with an opposite: {@code --names} and {@code --no-names}. Without a value, neither was given. */
    public final Option<Boolean> negatable(String name, String description) {
        return add(OptionSpec.builder(name)
                .arity("0")
                .type(Boolean.class)
                .negatable(true)
                .description(description));
    }

    /**
     * An option with a value.
     *
     * @param names separated by commas: {@code "-u,--underlay"}
     * @param label what stands for the value in the help
     * @param parse makes the value; its IllegalArgumentException becomes the usage error
     */
    public final <T> Option<T> option(String names, String label, ITypeConverter<T> parse, String description) {
        return add(value(names, label, parse, description));
    }

    /** An option whose value, if it has one, follows behind an equals sign; without one the value is empty. */
    public final <T> Option<T> optionalValue(String names, String label, ITypeConverter<T> parse, String description) {
        return add(value(names, label, parse, description)
                .arity("0..1")
                .preprocessor((words, command, argument, info) -> {
                    if (!info.containsKey("separator")
                            || String.valueOf(info.get("separator")).isEmpty()) {
                        words.push("");
                    }
                    return false;
                }));
    }

    /** An option that must be given. */
    public final <T> Option<T> requiredOption(String names, String label, ITypeConverter<T> parse, String description) {
        return add(value(names, label, parse, description).required(true));
    }

    /** An option that may be given several times. */
    public final <T> Option<List<T>> options(String names, String label, ITypeConverter<T> parse, String description) {
        return add(value(names, label, parse, description).type(List.class).auxiliaryTypes(Object.class));
    }

    /** The one word that is not an option; a second one is refused. */
    public final Option<String> word(String label, String description) {
        return add(positional(label, String.class, description).index("0"));
    }

    /** As {@link #word}, for a command that can do without it. */
    public final Option<String> optionalWord(String label, String description) {
        return add(positional(label, String.class, description).index("0").arity("0..1"));
    }

    /**
     * All words that are not options, for a command that uses each of them.
     *
     * @param arity how many, such as {@code 1..*}
     */
    public final Option<String[]> words(String label, String arity, String description) {
        return add(positional(label, String[].class, description).arity(arity));
    }

    private static PositionalParamSpec.Builder positional(String label, Class<?> type, String description) {
        return PositionalParamSpec.builder().paramLabel(label).type(type).description(description);
    }

    private <T> Option<T> add(PositionalParamSpec.Builder builder) {
        PositionalParamSpec words = builder.build();
        spec.addPositional(words);
        return new Option<>(words);
    }

    private static OptionSpec.Builder value(String names, String label, ITypeConverter<?> parse, String description) {
        return OptionSpec.builder(names.split(","))
                .paramLabel(label)
                .arity("1")
                // Picocli looks for a converter by type only when none is given.
                .type(Object.class)
                .converters(sentences(parse))
                .description(description);
    }

    /** Lets a parser's own sentence through; picocli would put the exception's class around it. */
    private static ITypeConverter<?> sentences(ITypeConverter<?> parse) {
        return text -> {
            try {
                return parse.convert(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    private <T> Option<T> add(OptionSpec.Builder builder) {
        OptionSpec option = builder.build();
        spec.addOption(option);
        return new Option<>(option);
    }

    /** What can be typed for an option: its names, then its opposite. */
    public static List<String> names(OptionSpec option) {
        List<String> names = new ArrayList<>(List.of(option.names()));
        option.command().negatedOptionsMap().forEach((name, negated) -> {
            if (negated.equals(option)) {
                names.add(name);
            }
        });
        return names;
    }

    /** The word that calls it. */
    protected final String name() {
        return spec.name();
    }

    final CommandSpec spec() {
        return spec;
    }

    final boolean debug() {
        return debug.or(false);
    }
}
