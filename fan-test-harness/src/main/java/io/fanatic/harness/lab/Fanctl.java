package io.fanatic.harness.lab;

import io.fanatic.core.FanMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The real {@code fanctl}, run inside the host.
 *
 * @param program the words that start it, without arguments
 * @param flags words that follow the fan when it is brought up, such as {@code --port 8473}
 */
public record Fanctl(List<String> program, List<String> flags) implements FanControl {

    /** The system property that names the directory of the launchers. */
    public static final String HOME = "fanatic.home";

    /** Copies the lists. */
    public Fanctl {
        program = List.copyOf(program);
        flags = List.copyOf(flags);
    }

    /**
     * {@return the same program, with these flags for each fan}
     *
     * @param flags words that follow the fan when it is brought up
     */
    public Fanctl withFlags(List<String> flags) {
        return new Fanctl(program, flags);
    }

    /**
     * {@return the launcher that belongs to the running program}
     *
     * @throws LabException when {@value #HOME} is not set or has no fanctl
     */
    public static Fanctl ofThisInstallation() {
        String home = System.getProperty(HOME, "");
        Path launcher = Path.of(home, "fanctl").toAbsolutePath();
        if (home.isEmpty() || !Files.isExecutable(launcher)) {
            throw new LabException("there is no fanctl in " + (home.isEmpty() ? "the unset property " + HOME : home));
        }
        return FanControl.fanctl(launcher);
    }

    @Override
    public void up(LabHost host) {
        run(host, upArguments(host)).orThrow();
    }

    @Override
    public void down(LabHost host) {
        run(host, downArguments(host)).orThrow();
    }

    /**
     * {@return the arguments {@code up -u 10.0.0.1/16 -o 250.0.0.0/8}, and the flags}
     *
     * @param host gives underlay address and fan
     */
    public List<String> upArguments(LabHost host) {
        List<String> words = new ArrayList<>(arguments("up", host));
        words.addAll(flags);
        return words;
    }

    /**
     * {@return the arguments {@code down -u 10.0.0.1/16 -o 250.0.0.0/8}}
     *
     * @param host gives underlay address and fan
     */
    public static List<String> downArguments(LabHost host) {
        return arguments("down", host);
    }

    private static List<String> arguments(String verb, LabHost host) {
        FanMapping mapping = host.slice().mapping();
        String underlay = host.underlayAddress() + "/" + mapping.underlay().prefixLength();
        return List.of(verb, "-u", underlay, "-o", mapping.overlay().toString());
    }

    /**
     * Runs it in the host with any arguments.
     *
     * @param host where
     * @param arguments after the program's own words
     * @return exit code and output, whatever they are
     */
    public ExecResult run(LabHost host, List<String> arguments) {
        List<String> words = new ArrayList<>(program);
        words.addAll(arguments);
        return Exec.run(host.namespace(), words);
    }
}
