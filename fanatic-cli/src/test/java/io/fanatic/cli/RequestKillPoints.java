package io.fanatic.cli;

import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.libc.Spawn;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Kills a program, as {@code kill -9} does, before and after each request by which it changes a container engine, and while the engine
 * restarts. What strace cannot do in {@link io.fanatic.cli.fault.KillPoints}: the requests go out on threads of their own.
 */
final class RequestKillPoints implements AutoCloseable {
    static final Path PLACE = Path.of("/run/tapped.sock");
    private static final long PATIENCE_SECONDS = 60;

    /** The end of the program that is tried, among the moments that are told. */
    private static final String ENDED = "ended";

    private final LabHost host;
    private final String variable;
    private final Process tapped;
    private final BlockingQueue<String> moments = new LinkedBlockingQueue<>();

    private RequestKillPoints(LabHost host, String variable, Process tapped) {
        this.host = host;
        this.variable = variable;
        this.tapped = tapped;
    }

    /**
     * @param variable what tells a program where the engine's socket is: {@code DOCKER_HOST=unix://}
     * @param engine the engine's own socket
     */
    static RequestKillPoints on(LabHost host, String variable, Path engine) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TappedSocket.class.getName(),
                PLACE.toString(),
                engine.toString()));
        try {
            Process process = new ProcessBuilder(host.namespace().command(words))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            RequestKillPoints points = new RequestKillPoints(host, variable, process);
            Thread reader = new Thread(points::read, "tapped");
            reader.setDaemon(true);
            reader.start();
            points.expect("listening");
            return points;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines = tapped.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                moments.add(line);
            }
        } catch (IOException e) {
            moments.add("trouble " + e);
        }
    }

    /** The next moment that the socket tells of; it waits there for an {@link #answer}. */
    String next() {
        try {
            String moment = moments.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (moment == null || moment.startsWith("trouble")) {
                throw new AssertionError("the socket in between told " + moment);
            }
            return moment;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void expect(String moment) {
        String next = next();
        if (!next.equals(moment)) {
            throw new AssertionError(next + " in place of " + moment);
        }
    }

    void answer(String word) {
        try {
            tapped.outputWriter(StandardCharsets.UTF_8).write(word + "\n");
            tapped.outputWriter(StandardCharsets.UTF_8).flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it to its end; gives the moments at which it can be killed. */
    List<String> moments(List<String> command) {
        List<String> found = new ArrayList<>();
        run(command, found, -1);
        return found;
    }

    /** Runs it and kills it at one of its {@link #moments}. @throws AssertionError when it took another way */
    void kill(List<String> command, List<String> moments, int which) {
        List<String> found = new ArrayList<>();
        run(command, found, which);
        if (!found.equals(moments.subList(0, which + 1))) {
            throw new AssertionError(found + " in place of " + moments.subList(0, which + 1));
        }
    }

    private void run(List<String> command, List<String> found, int last) {
        ProcessBuilder builder = Spawn.builder(host.namespace().command(command))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        int equals = variable.indexOf('=');
        builder.environment().putAll(Map.of(variable.substring(0, equals), variable.substring(equals + 1) + PLACE));
        try {
            Process process = builder.start();
            StringBuffer output = new StringBuffer();
            Thread reader = new Thread(() -> read(process, output), "victim");
            reader.start();
            process.onExit().thenRun(() -> moments.add(ENDED));
            for (String moment = next(); !moment.equals(ENDED); moment = next()) {
                found.add(moment);
                if (found.size() == last + 1) {
                    process.destroyForcibly().waitFor();
                    expect(ENDED);
                    answer("drop");
                    return;
                }
                answer("go");
            }
            reader.join();
            if (last >= 0 || process.exitValue() != 0) {
                throw new AssertionError("it ended with " + process.exitValue() + " after " + found + ": " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void read(Process process, StringBuffer output) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> output.append(line).append('\n'));
        } catch (IOException e) {
            output.append(e);
        }
    }

    @Override
    public void close() {
        tapped.destroyForcibly();
        try {
            tapped.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        host.exec("rm", "-f", PLACE.toString());
    }
}
