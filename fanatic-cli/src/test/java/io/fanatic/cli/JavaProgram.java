package io.fanatic.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** fanctl as a process of its own, started as the launcher starts it, but for the archive. */
final class JavaProgram {
    private JavaProgram() {}

    /**
     * The words that start it.
     *
     * @param libraries where jffi unpacks its library, at the first start only
     * @param commandLine its arguments, divided by spaces
     */
    static List<String> fanctl(Path libraries, String commandLine) {
        return fanctl(libraries, List.of(), commandLine);
    }

    /** As {@link #fanctl}, with the JVM's options that scripts/run has for {@code fanctl watch}. */
    static List<String> watch(Path libraries, String commandLine) {
        List<String> options = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("..", "scripts", "run"))) {
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
        return fanctl(libraries, options, "watch" + commandLine);
    }

    private static List<String> fanctl(Path libraries, List<String> options, String commandLine) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-Djnr.ffi.asm.enabled=false",
                "--enable-native-access=ALL-UNNAMED",
                "-Djffi.extract.dir=" + libraries,
                "-Djffi.extract.name=libjffi.so",
                "-Xlog:disable"));
        words.addAll(options);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Fanctl.class.getName()));
        words.addAll(List.of(commandLine.split(" ")));
        return words;
    }
}
