package io.fanatic.cli;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanSlice;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code fanatic status}: whether the host is as /etc/network/fan says, and with {@code --diff} what differs. */
final class StatusCommand extends Command {
    /** Grows when a field changes its meaning or goes; new fields do not count. */
    private static final int SCHEMA = 1;

    private final Option<Boolean> diff = flag(
            "--diff", "print the differences: + is missing here, - is not configured, ~ differs, ! cannot be set up");
    private final Option<Boolean> json = flag("--json", "print one JSON document");
    private final ConfigFile file = new ConfigFile(this);
    private final FanNetwork network = FanNetwork.onThisHost();
    private final boolean all = FanNetwork.isPrivileged();

    StatusCommand() {
        super(
                "status",
                "Compares the fans of this host with those of /etc/network/fan. Without root their programs, NAT and"
                        + " DHCP are not seen.",
                "",
                "Exit code 0 when they are the same, 9 when they differ, another one when they could not be compared.");
    }

    /** What is to be said of one fan: nothing when it is as configured. Each line begins with its sign. */
    private record Difference(String fan, List<String> lines, Optional<String> sentence) {
        Difference(String fan, List<String> lines) {
            this(fan, lines, Optional.empty());
        }
    }

    @Override
    protected ExitCode run(Console console) {
        FanConfig config = file.read();
        List<Difference> differences = new ArrayList<>();
        config.problems()
                .forEach(problem -> differences.add(new Difference(
                        "line " + problem.line(),
                        List.of("! " + problem.getMessage()),
                        Optional.ofNullable(problem.getMessage()))));
        List<Fan> unconfigured = new ArrayList<>(network.list());
        int fans = 0;
        for (FanConfig.Line line : config.lines()) {
            if (!line.entry().options().off()) {
                fans++;
                unconfigured.removeIf(fan -> fan.overlay().equals(line.entry().overlay()));
                differences.add(new Difference(line.entry().toString(), configured(line)));
            }
        }
        for (Fan fan : unconfigured) {
            fans++;
            String name = fan.overlay() + " " + fan.mapping().underlay();
            differences.add(
                    new Difference(name, tooMuch(fan), Optional.of(name + ": is up, and not in " + file.path())));
        }
        differences.removeIf(each -> each.lines().isEmpty());
        if (json.or(false)) {
            console.out().println(document(differences, fans));
        } else {
            print(differences, fans, console);
        }
        if (!all) {
            console.err().println("fanatic: programs, NAT, forwarding and DHCP were not compared: that needs root");
        }
        return differences.isEmpty() ? ExitCode.DONE : ExitCode.TEST_FAILED;
    }

    private List<String> configured(FanConfig.Line line) {
        try {
            return all ? lines(network.plan(line.entry())) : visible(line.entry());
        } catch (FanException e) {
            return switch (e.reason()) {
                case INVALID, CONFLICT, UNSUPPORTED -> List.of("! " + e.getMessage());
                // Nothing was compared then: the host could not be read, or another run changes it.
                case NOT_PERMITTED, IN_USE, FAILED, UNDONE, NOT_UNDONE -> throw e;
            };
        }
    }

    /** As far as anybody can see. */
    private List<String> visible(FanEntry entry) {
        Fan wanted = network.preview(entry);
        for (Fan fan : network.list()) {
            if (fan.mapping().equals(wanted.mapping())) {
                return fan.equals(wanted)
                        ? List.of()
                        : List.of("~ " + describe(fan) + " should be " + describe(wanted));
            }
        }
        return List.of("+ " + describe(wanted));
    }

    private static String describe(Fan fan) {
        StringBuilder text = new StringBuilder("fan on ").append(fan.bridge());
        for (FanSlice slice : fan.slices()) {
            text.append(' ').append(fan.entryOfAnyMtu(slice));
        }
        return fan.mtu() == 0
                ? text.append(" without that bridge").toString()
                : text.append(" MTU ").append(fan.mtu()).toString();
    }

    private static List<String> lines(Plan plan) {
        List<String> lines = new ArrayList<>();
        for (Plan.Item item : plan.items()) {
            lines.add(item.kind().sign() + " " + item.description());
        }
        return lines;
    }

    private List<String> tooMuch(Fan fan) {
        if (!all) {
            return List.of("- " + describe(fan));
        }
        try {
            UnderlaySpec every = UnderlaySpec.parse(fan.mapping().underlay().toString());
            List<String> lines = lines(network.planDown(fan.overlay(), every));
            return lines.isEmpty() ? List.of("- what is left of " + fan.bridge()) : lines;
        } catch (FanException inUse) {
            return List.of("- " + fan.bridge() + ", which is not configured; " + inUse.getMessage());
        }
    }

    private static String word(char sign) {
        return switch (sign) {
            case '+' -> "missing";
            case '-' -> "too-much";
            case '~' -> "other";
            default -> "trouble";
        };
    }

    private String document(List<Difference> differences, int fans) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.addProperty("configuration", file.path().toString());
        document.addProperty("fans", fans);
        document.addProperty("asConfigured", differences.isEmpty());
        document.addProperty("allCompared", all);
        document.add("differences", JsonValues.array(differences, this::json));
        return JsonValues.print(document);
    }

    private JsonObject json(Difference each) {
        JsonObject one = new JsonObject();
        one.addProperty("fan", each.fan());
        one.addProperty("things", each.lines().size());
        if (diff.or(false)) {
            Function<String, JsonObject> thing =
                    line -> JsonValues.object("kind", word(line.charAt(0)), "words", line.substring(2));
            one.add("diff", JsonValues.array(each.lines(), thing));
        }
        return one;
    }

    private void print(List<Difference> differences, int fans, Console console) {
        if (differences.isEmpty()) {
            console.out().println((fans == 1 ? "1 fan" : fans + " fans") + ", as in " + file.path());
            return;
        }
        if (!diff.or(false)) {
            for (Difference each : differences) {
                if (each.sentence().isPresent()) {
                    console.out().println(each.sentence().get());
                    continue;
                }
                console.out()
                        .println(each.fan() + ": differs in " + each.lines().size()
                                + (each.lines().size() == 1 ? " thing" : " things") + " from " + file.path());
            }
            return;
        }
        console.out().println("--- this host");
        console.out().println("+++ " + file.path());
        for (Difference each : differences) {
            console.out().println("@@ " + each.fan() + " @@");
            each.lines().forEach(console.out()::println);
        }
    }
}
