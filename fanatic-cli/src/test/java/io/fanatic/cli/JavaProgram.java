package io.fanatic.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** fanctl and fanatic as processes of their own, started as the launcher starts it, but for the archive. */
final class JavaProgram {
    /**
     * Before the words of a program that is sent signals: who runs the tests under nohup or in the background ignores some, and its
     * children would, too. A JVM does not take a signal that was ignored at its start.
     */
    static final List<String> WITH_DEFAULT_SIGNALS = List.of("/usr/bin/env", "--default-signal=HUP,INT,QUIT,TERM");

    private JavaProgram() {}

    /**
     * The words that start it.
     *
     * @param libraries where jffi unpacks its library, at the first start only
     * @param commandLine its arguments, divided by spaces
     */
    static List<String> fanctl(Path libraries, String commandLine) {
        return description(libraries, List.of(), Fanctl.class, commandLine);
    }

    /** As {@link #fanctl}, for {@code fanatic}. */
    static List<String> fanatic(Path libraries, String commandLine) {
        return description(libraries, List.of(), Fanatic.class, commandLine);
    }

    /** As {@link #fanctl}, for what one of them is wrapped in. */
    static List<String> of(Path libraries, Class<?> program, String commandLine) {
        return description(libraries, List.of(), program, commandLine);
    }

    /**
     * As {@link #fanctl}, with the JVM's options that scripts/run has for {@code fanctl watch}.
     *
     * @param program Fanctl, or what it is wrapped in
     */
    static List<String> watch(Path libraries, Class<?> program, String commandLine) {
        return description(libraries, ofTheLauncher(), program, "watch" + commandLine);
    }

    /** As {@link #watch}, of {@code fanatic names}, which has the same options. */
    static List<String> names(Path libraries) {
        return description(libraries, ofTheLauncher(), Fanatic.class, "names");
    }

    private static List<String> ofTheLauncher() {
        List<String> options = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("../scripts/run"))) {
                if (line.strip().startsWith("watch=")) {
                    for (String word : line.strip().split("[ \"]", -1)) {
                        if (word.startsWith("-X")) {
                            options.add(word);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return options;
    }

    private static List<String> description(
            Path libraries, List<String> options, Class<?> program, String commandLine) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-Djnr.ffi.asm.enabled=false",
                "--enable-native-access=ALL-UNNAMED",
                "-Djffi.extract.dir=" + libraries,
                "-Djffi.extract.name=libjffi.so",
                // Whoever is killed leaves there what he had not yet deleted.
                "-Djava.io.tmpdir=" + libraries,
                "-Xlog:disable"));
        words.addAll(options);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        words.addAll(List.of(commandLine.split(" ")));
        return words;
    }
}
