import io.fanatic.cli.Fanatic;
import io.fanatic.cli.Fanctl;
import io.fanatic.cli.command.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes what bash and zsh need to complete the programs' command lines, from the commands themselves. Part of the build,
 * never of the product.
 *
 * <p>A value is completed by what its option's label says: files for FILE, networks of /etc/network/fan and devices for
 * UNDERLAY. Nothing starts a program of ours: a person who presses Tab does not wait for a JVM.
 *
 * <p>Argument: the directory; the files lie in there as below /usr/share.
 */
public class Completion {
    /** The networks that /etc/network/fan names. */
    private static final String NETWORKS = "sed 's/#.*//' /etc/network/fan 2>/dev/null | tr -s '[:blank:]' '\\n' | grep /";

    /** How a label's values are found: for bash the words of compgen, for zsh the action. */
    private record Values(String bash, String zsh) {}

    private static final Values FILES = new Values("-f", "_files");
    private static final Values DIRECTORIES = new Values("-d", "_files -/");
    private static final Values OVERLAYS = new Values("-W \"$(" + NETWORKS + ")\"", "{compadd -- $(" + NETWORKS + ")}");
    private static final Values UNDERLAYS = new Values(
            "-W \"default $(" + NETWORKS + ") $(ls /sys/class/net)\"",
            "{compadd -- default $(" + NETWORKS + ") $(ls /sys/class/net)}");

    private static final Map<String, Values> BY_LABEL = Map.of(
            "FILE", FILES,
            "SCENARIO", FILES,
            "DIR", DIRECTORIES,
            "OVERLAY", OVERLAYS,
            "O", OVERLAYS,
            "UNDERLAY", UNDERLAYS);

    /** A command, and what is typed to get to it: {@code "config set"}, or nothing for the program itself. */
    private record Word(String path, CommandSpec spec) {}

    private final String program;
    private final List<Word> commands = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    private Completion(String program, CommandLine model) {
        this.program = program;
        collect("", model.getCommandSpec());
    }

    private void collect(String path, CommandSpec spec) {
        commands.add(new Word(path, spec));
        for (Map.Entry<String, CommandLine> child : spec.subcommands().entrySet()) {
            collect((path + " " + child.getKey()).strip(), child.getValue().getCommandSpec());
        }
    }

    public static void main(String[] args) throws IOException {
        Path share = Path.of(args[0]);
        write(share, "fanctl", new Fanctl().model());
        write(share, "fanatic", new Fanatic().model());
    }

    private static void write(Path share, String program, CommandLine model) throws IOException {
        Path bash = share.resolve("bash-completion/completions/" + program);
        Path zsh = share.resolve("zsh/vendor-completions/_" + program);
        Files.createDirectories(bash.getParent());
        Files.createDirectories(zsh.getParent());
        Files.writeString(bash, new Completion(program, model).bash());
        Files.writeString(zsh, new Completion(program, model).zsh());
    }

    private String bash() {
        line("# bash completion for " + program + "(8), made from its commands");
        line("_" + program + "() {");
        line("    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= i");
        line("    COMPREPLY=()");
        line("    for ((i = 1; i < COMP_CWORD; i++)); do");
        line("        case \"$command ${COMP_WORDS[i]}\" in");
        StringBuilder paths = new StringBuilder();
        for (Word word : commands) {
            if (!word.path().isEmpty()) {
                paths.append(paths.length() == 0 ? "" : " | ").append("\" " + word.path() + "\"");
            }
        }
        line("            " + paths + ") command=\"$command ${COMP_WORDS[i]}\" ;;");
        line("        esac");
        line("    done");
        line("    case \"$command $prev\" in");
        for (Word word : commands) {
            for (OptionSpec option : word.spec().options()) {
                if (takesValue(option)) {
                    StringBuilder names = new StringBuilder();
                    for (String name : Command.names(option)) {
                        names.append(names.length() == 0 ? "" : " | ").append('"').append(typed(word)).append(' ').append(name).append('"');
                    }
                    Values values = BY_LABEL.get(option.paramLabel());
                    line("        " + names + ") " + (values == null ? "return" : reply(values.bash()) + "; return") + " ;;");
                }
            }
        }
        line("    esac");
        line("    case \"$command\" in");
        for (Word word : commands) {
            StringBuilder words = new StringBuilder();
            for (String child : word.spec().subcommands().keySet()) {
                words.append(child).append(' ');
            }
            if (word.path().isEmpty()) {
                words.append("help ");
            }
            for (OptionSpec option : word.spec().options()) {
                for (String name : Command.names(option)) {
                    words.append(name).append(' ');
                }
            }
            String files = "";
            for (PositionalParamSpec positional : word.spec().positionalParameters()) {
                Values values = BY_LABEL.get(positional.paramLabel());
                files = values == null ? files : " " + values.bash();
            }
            line("        \"" + typed(word) + "\") " + reply("-W \"" + words.toString().strip() + "\"" + files) + " ;;");
        }
        line("    esac");
        line("}");
        line("complete -F _" + program + " " + program);
        return text.toString();
    }

    private static String typed(Word word) {
        return word.path().isEmpty() ? "" : " " + word.path();
    }

    private static String reply(String words) {
        return "mapfile -t COMPREPLY < <(compgen " + words + " -- \"$cur\")";
    }

    private String zsh() {
        line("#compdef " + program);
        line("# zsh completion for " + program + "(8), made from its commands");
        for (Word word : commands) {
            line("");
            line(function(word) + "() {");
            boolean group = !word.spec().subcommands().isEmpty();
            if (group) {
                line("    local line state");
                line("    local -a commands");
                line("    commands=(");
                word.spec().subcommands().forEach((name, child) -> line(
                        "        " + quote(name + ":" + sentence(child.getCommandSpec().usageMessage().description()))));
                if (word.path().isEmpty()) {
                    line("        " + quote("help:tells more about one command"));
                }
                line("    )");
            }
            line("    _arguments " + (group ? "-C " : "-s ") + "\\");
            for (OptionSpec option : word.spec().options()) {
                line("        " + zshOption(option) + " \\");
            }
            if (group) {
                line("        '1: :->command' '*:: :->rest'");
                line("    case $state in");
                line("        command) _describe command commands ;;");
                line("        rest)");
                line("            case $line[1] in");
                word.spec().subcommands().forEach((name, child) -> line("                " + name + ") "
                        + function(new Word((word.path() + " " + name).strip(), child.getCommandSpec())) + " ;;"));
                line("            esac ;;");
                line("    esac");
            } else {
                StringBuilder rest = new StringBuilder();
                for (PositionalParamSpec positional : word.spec().positionalParameters()) {
                    rest.append(quote("*:" + positional.paramLabel() + ":" + action(positional))).append(' ');
                }
                line("        " + (rest.length() == 0 ? "'*: :'" : rest.toString().strip()));
            }
            line("}");
        }
        line("");
        line("_" + program + " \"$@\"");
        return text.toString();
    }

    private String function(Word word) {
        return "_" + program + (word.path().isEmpty() ? "" : "_" + word.path().replace(' ', '_'));
    }

    private static String zshOption(OptionSpec option) {
        List<String> all = Command.names(option);
        String names = String.join(" ", all);
        String what = "[" + sentence(option.description()).replace("[", "\\[").replace("]", "\\]") + "]";
        String value = takesValue(option) ? ":" + option.paramLabel() + ":" + action(option) : "";
        boolean many = option.isMultiValue();
        if (all.size() == 1) {
            return quote((many ? "*" : "") + names + what + value);
        }
        String exclusive = many ? "'*'" : quote("(" + names + ")");
        return exclusive + "{" + String.join(",", all) + "}" + quote(what + value);
    }

    private static String action(ArgSpec value) {
        Values values = BY_LABEL.get(value.paramLabel());
        return values == null ? " " : values.zsh();
    }

    private static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0;
    }

    private static String sentence(String[] description) {
        return description.length == 0 ? "" : description[0].replace("%%", "%").replace("%n", " ");
    }

    private static String quote(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
