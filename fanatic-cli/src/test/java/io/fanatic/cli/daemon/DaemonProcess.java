package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.libc.Spawn;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A daemon that runs inside a host, as a child of this process. */
final class DaemonProcess implements AutoCloseable {
    private static final Duration READY = Duration.ofMinutes(2);
    private static final Duration POLITE = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 20;

    private final String name;
    private final Path log;
    private final Process process;

    private DaemonProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts it; what it prints goes to the end of a file.
     *
     * @param environment in addition to that of every child
     */
    static DaemonProcess start(LabHost host, Path log, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = Spawn.builder(host.namespace().command(command))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        String name = Path.of(command.get(0)).getFileName() + " on " + host.name();
        try {
            return new DaemonProcess(name, log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    /** As {@link #start}, and waits until it is ready; where it does not get ready, it does not run. */
    static DaemonProcess startReady(LabHost host, Path log, List<String> command, BooleanSupplier ready) {
        DaemonProcess daemon = start(host, log, Map.of(), command);
        try {
            daemon.await(ready);
            return daemon;
        } catch (RuntimeException | Error e) {
            daemon.close();
            throw e;
        }
    }

    long pid() {
        return process.pid();
    }

    boolean runs() {
        return process.isAlive();
    }

    /** Waits until it is ready. @throws LabException with the end of its log, when it ends before that or takes too long */
    void await(BooleanSupplier ready) {
        long deadline = System.nanoTime() + READY.toNanos();
        while (!ready.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                String how = process.isAlive() ? " is not ready after " + READY.toSeconds() + " s" : " ended";
                throw new LabException(name + how + ": " + lastWords());
            }
            pause();
        }
    }

    /** The end of what it printed. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "(" + e.getMessage() + ")";
        }
    }

    /** Asks it to end, and makes it when it does not; waits. */
    @Override
    public void close() {
        end(POLITE);
    }

    /** Ends it at once, as kill -9 does, and waits. */
    void kill() {
        end(Duration.ZERO);
    }

    /** As {@link #close}, with another time for it to end by itself. */
    void end(Duration polite) {
        try {
            if (!polite.isZero()) {
                process.destroy();
            }
            if (!process.waitFor(polite.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Whether somebody answers a request on a unix socket of the host with success. */
    static boolean answers(LabHost host, Path socket, String path) {
        return host.namespace().call(() -> {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(socket));
                String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
                channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer answer = ByteBuffer.allocate(15);
                while (answer.hasRemaining() && channel.read(answer) >= 0) {}
                return new String(answer.array(), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200");
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        }
    }
}
