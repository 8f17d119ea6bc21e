package io.fanatic.harness.lab;

import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Spawn;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands inside namespaces. */
final class Exec {
    private Exec() {}

    /** Runs it without input and waits; standard error goes where standard output goes. */
    static ExecResult run(Namespace namespace, List<String> command) {
        ProcessBuilder builder = Spawn.builder(namespace.command(command))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true);
        try {
            Process process = builder.start();
            try (InputStream output = process.getInputStream()) {
                String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
                return new ExecResult(command, await(process), text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Runs it with this program's own terminal or files, in its working directory where the namespace has that, and with the caller's
     * environment, and waits; gives its exit code.
     */
    static int runInherited(Namespace namespace, List<String> command) {
        ProcessBuilder builder =
                Spawn.builder(namespace.command(here(namespace, command))).inheritIO();
        builder.environment().putAll(System.getenv());
        // sudo and cron may leave out the directories of ip(8) and dnsmasq(8).
        builder.environment()
                .merge("PATH", Spawn.PATH, (path, system) -> path.equals(system) ? path : path + ":" + system);
        try {
            return await(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
        }
    }

    /** With a mount namespace a process gets its root as its working directory. */
    private static List<String> here(Namespace namespace, List<String> command) {
        Path directory = Path.of("").toAbsolutePath();
        if (!namespace.call(() -> Files.isDirectory(directory))) {
            return command;
        }
        List<String> words = new ArrayList<>(List.of("/usr/bin/env", "--chdir=" + directory));
        words.addAll(command);
        return words;
    }

    private static int await(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
