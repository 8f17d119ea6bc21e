package io.fanatic.cli;

import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/** {@code fanatic serve} on a host. Somebody is connected, so it does not end between two steps of a test, however slow the machine. */
public final class ServeRun implements AutoCloseable {
    private final CompletableFuture<CliRun> run;
    private final Socket guest;

    private ServeRun(CompletableFuture<CliRun> run, Socket guest) {
        this.run = run;
        this.guest = guest;
    }

    /** Starts it and waits until it serves. */
    public static ServeRun start(LabHost host) {
        CompletableFuture<CliRun> run = CompletableFuture.supplyAsync(() -> CliRun.fanatic(host, "serve --idle 3"));
        host.awaitListening(7);
        Socket guest = host.namespace().call(() -> connect(host));
        host.awaitListening(5201);
        return new ServeRun(run, guest);
    }

    private static Socket connect(LabHost host) {
        try {
            return new Socket(host.address().toString(), 7);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has ended by itself; gives what it has said. */
    public CliRun end() {
        close();
        return run.join();
    }

    @Override
    public void close() {
        try {
            guest.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
