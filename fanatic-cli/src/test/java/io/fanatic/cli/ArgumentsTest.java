package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Every command uses each word of its command line or refuses it; generated from the commands themselves. */
class ArgumentsTest {
    /** What a required option takes, by its label. */
    private static final Map<String, String> VALUES = Map.of("UNDERLAY", "10.0.0.0/16", "OVERLAY", "250.0.0.0/8");

    @Test
    void aWordMoreThanACommandUsesIsRefused() {
        int refused = refuseOneTooMany("fanctl", new Fanctl(), CliRun::fanctl)
                + refuseOneTooMany("fanatic", new Fanatic(), CliRun::fanatic);
        assertThat(refused).as("commands with a limited number of words").isGreaterThan(15);
    }

    private static int refuseOneTooMany(String name, Program program, Function<String, CliRun> run) {
        int refused = 0;
        for (CommandSpec spec : commands(program.model().getCommandSpec())) {
            String command = spec.qualifiedName().substring(name.length()).strip();
            List<PositionalParamSpec> words = spec.positionalParameters();
            if (words.stream().anyMatch(each -> each.index().max() == Integer.MAX_VALUE)) {
                assertThat(words.get(0).arity().max())
                        .as("%s %s declares all words, and so must use more than one", name, command)
                        .isGreaterThan(1);
                continue;
            }
            StringBuilder line = new StringBuilder(command);
            for (OptionSpec option : spec.options()) {
                if (option.required()) {
                    line.append(' ').append(option.longestName()).append(' ').append(VALUES.get(option.paramLabel()));
                }
            }
            line.append(" 10.0.0.1".repeat(words.size())).append(" surplus");
            run.apply(line.toString()).refusedWithHint(ExitCode.USAGE, "\"surplus\" is one argument too many");
            refused++;
        }
        return refused;
    }

    /** Those that do something themselves. */
    private static List<CommandSpec> commands(CommandSpec spec) {
        List<CommandSpec> all = new ArrayList<>();
        for (CommandLine child : spec.subcommands().values()) {
            all.addAll(commands(child.getCommandSpec()));
        }
        return all.isEmpty() ? List.of(spec) : all;
    }

    @Test
    void aCommandThatIsNoneIsNamedAlsoWhereHelpIsAskedFor() {
        for (String line : List.of("frobnicate", "help frobnicate", "frobnicate --help", "lab frobnicate --help")) {
            CliRun.fanatic(line).refusedWithHint(ExitCode.USAGE, "there is no command \"frobnicate\"");
        }
        CliRun.fanatic("watch --help").refusedWithHint(ExitCode.USAGE, "there is no command \"watch\"");
    }

    /** It was "fanctl config or fanctl monitor" for dwon. */
    @Test
    void whatWasMistypedGetsTheNearestWordOrNone() {
        CliRun.fanctl("dwon -e").refusedWithHint(ExitCode.USAGE, "Did you mean \"fanctl down\"?");
        CliRun.fanctl("config lsit").refusedWithHint(ExitCode.USAGE, "Did you mean \"fanctl config list\"?");
        CliRun.fanctl("up --dhpc").refusedWithHint(ExitCode.USAGE, "'--dhpc'", "Did you mean \"--dhcp\"?");
        CliRun.fanctl("up --prt=1").refusedWithHint(ExitCode.USAGE, "Did you mean \"--port\"?");
        CliRun.fanatic("enable-dokcer").refusedWithHint(ExitCode.USAGE, "Did you mean \"fanatic enable-docker\"?");
        CliRun.fanatic("frobnicate").refusedWithHint(ExitCode.USAGE, "Try \"fanatic --help\".");
        CliRun.fanctl("up --frobnicate").refusedWithHint(ExitCode.USAGE, "Try \"fanctl up --help\".");
    }
}
