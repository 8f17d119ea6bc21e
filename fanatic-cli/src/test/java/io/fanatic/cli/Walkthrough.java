package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A text whose commands are run as they stand in it. In its code blocks (those of "console", where it has such) a line {@code
 * h1# COMMAND} is typed as root on the lab's first host, {@code $ COMMAND} too; the lines below it, up to the next command or the
 * end of the block, are what it prints, and so is a block of its own that follows. There {@code ...} stands for any lines; what is
 * measured may be other numbers.
 */
final class Walkthrough {
    /** Somebody presses return at each question. */
    private static final String WIZARD = "yes '' | fanatic";

    private static final String OTHER_ORDER = "~ the order of the nftables rules";
    private static final String FENCE = "```console";
    private static final Pattern COMMAND = Pattern.compile("(?:(h\\d+)(?:c\\d+)?)?[#$] (.*)");
    private static final Pattern FAN = Pattern.compile("(?:sudo )?(?:\\./)?(fanatic|fanctl)((?: [\\w./:=,-]+)+)");
    private static final Pattern MEASURED = Pattern.compile("\\d+(?:\\.\\d+)? (?:ms|s|us|[KMG]?i?B/s|[KMG]?bit/s)\\b");
    private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 50_000_000;

    /** @param output empty when the text does not tell */
    private record Step(int line, String host, String command, List<String> output) {
        boolean restartsDocker() {
            return command.contains(" --docker-default-bridge") || command.equals(WIZARD);
        }
    }

    private final Path file;
    private final Path directory;
    private final List<Step> steps;
    private final Map<String, String> otherAddresses = new HashMap<>();

    private Walkthrough(Path file, Path directory, List<Step> steps) {
        this.file = file;
        this.directory = directory;
        this.steps = steps;
    }

    /** Its commands run in its own directory. */
    static Walkthrough read(Path file) throws IOException {
        return of(
                file,
                Files.readAllLines(file),
                Optional.ofNullable(file.getParent()).orElseThrow());
    }

    /**
     * A text that was taken from a file.
     *
     * @param directory where its commands run
     */
    static Walkthrough of(Path file, List<String> lines, Path directory) {
        return new Walkthrough(file, directory, steps(lines));
    }

    private static List<Step> steps(List<String> lines) {
        List<Step> steps = new ArrayList<>();
        boolean fences = lines.contains(FENCE);
        boolean inside = false;
        for (int number = 0; number < lines.size(); number++) {
            String line = lines.get(number);
            if (line.startsWith("```")) {
                inside = !inside && line.equals(FENCE);
            } else if (fences ? inside : line.startsWith("    ")) {
                String code = fences ? line : line.substring(4);
                Matcher command = COMMAND.matcher(code);
                if (command.matches()) {
                    String host = command.group(1) == null ? "h1" : command.group(1);
                    steps.add(new Step(number + 1, host, command.group(2), new ArrayList<>()));
                } else {
                    steps.get(steps.size() - 1).output().add(code);
                }
            }
        }
        return steps;
    }

    /** Replaces a word in all commands: {@code lxc} by {@code incus}. */
    Walkthrough with(String word, String other) {
        Pattern pattern = Pattern.compile("\\b" + word + "\\b");
        return new Walkthrough(
                file,
                directory,
                steps.stream()
                        .map(step -> new Step(
                                step.line(),
                                step.host(),
                                pattern.matcher(step.command()).replaceAll(other),
                                step.output()))
                        .toList());
    }

    /** With the wizard's defaults in place of {@code configure}. */
    Walkthrough byTheWizard() {
        return new Walkthrough(
                file,
                directory,
                steps.stream()
                        .map(step -> step.command().startsWith("fanatic configure ")
                                ? new Step(step.line(), step.host(), WIZARD, List.of("..."))
                                : step)
                        .toList());
    }

    /** Makes {@code fanatic}, {@code fanctl} and {@code sudo} for shells. */
    static void install(Path bin) throws IOException {
        String java = "exec '" + System.getProperty("java.home")
                + "/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED"
                + " -Dfanatic.home='"
                + bin
                + "' -cp '" + System.getProperty("surefire.real.class.path", System.getProperty("java.class.path"))
                + "' ";
        script(bin, "fanatic", java + Fanatic.class.getName() + " \"$@\"");
        script(bin, "fanctl", java + Fanctl.class.getName() + " \"$@\"");
        script(bin, "sudo", "exec \"$@\"");
    }

    static void script(Path bin, String name, String text) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /**
     * Runs all of it, and sees to it that the hosts are in the end as they were before.
     *
     * @param bin where {@link #install} has put the programs
     */
    void run(Lab lab, Path bin) {
        List<HostSnapshot> before = snapshots(lab);
        assertThat(steps).as(file + " has commands").isNotEmpty();
        for (Step step : steps) {
            run(lab, step, bin);
        }
        List<HostSnapshot> after = snapshots(lab);
        // A Docker that restarts writes its rules anew, in an order of its own.
        List<String> allowed = steps.stream().anyMatch(Step::restartsDocker) ? List.of(OTHER_ORDER) : List.of();
        for (int i = 0; i < before.size(); i++) {
            assertThat(before.get(i).changesTo(after.get(i)))
                    .filteredOn(change -> !allowed.contains(change))
                    .as("what " + file + " leaves on h" + (i + 1))
                    .isEmpty();
        }
    }

    private static List<HostSnapshot> snapshots(Lab lab) {
        return lab.hosts().stream()
                .map(host -> host.namespace().call(HostSnapshot::take))
                .toList();
    }

    private void run(Lab lab, Step step, Path bin) {
        LabHost host = lab.hosts().get(Integer.parseInt(step.host().substring(1)) - 1);
        String command = otherAddresses(step.command());
        String where = file.getFileName() + ":" + step.line() + ": " + command;
        // Until a new bridge port forwards, and until an instance has its address.
        boolean again = command.matches("(.* )?(wget|ping|list)( .*)?");
        long end = System.nanoTime() + PATIENCE.toNanos();
        String output;
        boolean ok;
        boolean done;
        do {
            Matcher fan = FAN.matcher(command);
            if (fan.matches() && !fan.group(2).startsWith(" lab ")) {
                CliRun run = fan.group(1).equals("fanctl")
                        ? CliRun.fanctl(host, fan.group(2).strip())
                        : CliRun.fanatic(host, fan.group(2).strip());
                output = run.out() + run.err();
                ok = run.exitCode().status() == 0;
            } else {
                ExecResult result = shell(host, command, bin);
                output = result.output();
                ok = result.ok();
            }
            done = !again || ok && matches(step, output) || System.nanoTime() > end;
            if (!done) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } while (!done);
        assertThat(ok).as(where + "\n" + output).isTrue();
        if (!step.output().isEmpty()) {
            assertThat(matches(step, output))
                    .as(where + "\nshould print\n" + String.join("\n", step.output()) + "\nand prints\n" + output)
                    .isTrue();
        }
    }

    private ExecResult shell(LabNode host, String command, Path bin) {
        String script = "cd '" + directory + "' || exit 1\nPATH='" + bin + "':$PATH\n" + command;
        return host.exec("sh", "-c", script);
    }

    private boolean matches(Step step, String output) {
        List<String> wanted = step.output().stream()
                .map(this::otherAddresses)
                .map(Walkthrough::plain)
                .toList();
        List<String> lines = output.lines().map(Walkthrough::plain).toList();
        if (step.command().contains(" list ") || step.command().contains(" inspect ")) {
            return addressesOfSameSlice(step.output(), output);
        }
        return matches(wanted, lines);
    }

    private static boolean matches(List<String> wanted, List<String> lines) {
        if (wanted.isEmpty()) {
            return lines.isEmpty();
        }
        if (wanted.get(0).equals("...")) {
            List<String> rest = wanted.subList(1, wanted.size());
            return Stream.iterate(0, i -> i <= lines.size(), i -> i + 1)
                    .anyMatch(i -> matches(rest, lines.subList(i, lines.size())));
        }
        return !lines.isEmpty()
                && wanted.get(0).equals(lines.get(0))
                && matches(wanted.subList(1, wanted.size()), lines.subList(1, lines.size()));
    }

    /** An address that was leased is another one than in the text; from here on it stands for that. */
    private boolean addressesOfSameSlice(List<String> wanted, String output) {
        Matcher written = ADDRESS.matcher(String.join("\n", wanted));
        Matcher seen = ADDRESS.matcher(output);
        if (!written.find() || !seen.find()) {
            return false;
        }
        otherAddresses.put(written.group(), seen.group());
        return slice(written.group()).equals(slice(seen.group()))
                && plain(otherAddresses(String.join("\n", wanted))).equals(plain(output));
    }

    private static String slice(String address) {
        return address.substring(0, address.lastIndexOf('.'));
    }

    private String otherAddresses(String text) {
        String replaced = text;
        for (Map.Entry<String, String> entry : otherAddresses.entrySet()) {
            replaced = replaced.replace(entry.getKey(), entry.getValue());
        }
        return replaced;
    }

    private static String plain(String line) {
        return MEASURED.matcher(line).replaceAll("N").strip();
    }
}
