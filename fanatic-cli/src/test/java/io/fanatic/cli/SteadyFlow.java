package io.fanatic.cli;

import io.fanatic.harness.lab.LabContainer;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One TCP connection between two containers that goes on until it is ended: random bytes go out, the other end sends them
 * back, and each byte that comes back is compared with the one that was sent. So none may be lost, altered or doubled while
 * something happens to the fan beneath.
 */
final class SteadyFlow implements AutoCloseable {
    private static final int BLOCK = 16 * 1024;
    private static final int MAX_UNDER_WAY = 8 * BLOCK;
    /** As long as nobody looks: some 8 MB a second. */
    private static final long PAUSE_NANOS = 2_000_000;

    private static final long SEED = 4711;

    private final Socket near;
    private final Socket far;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong returned = new AtomicLong();
    private final CompletableFuture<String> verdict = new CompletableFuture<>();
    private volatile boolean ending;

    private SteadyFlow(Socket near, Socket far) {
        this.near = near;
        this.far = far;
    }

    static SteadyFlow between(LabContainer from, LabContainer to) {
        return between(from.namespace(), to.namespace(), to.address().toString());
    }

    /** @param target the address of the other end in its namespace */
    static SteadyFlow between(Namespace from, Namespace to, String target) {
        try {
            InetAddress address = InetAddress.getByName(target);
            // A socket belongs to the namespace of the thread that makes it, and stays there.
            ServerSocket listening = to.call(() -> new ServerSocket(0, 1, address));
            try (listening) {
                Socket near = from.call(() -> {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(address, listening.getLocalPort()), 60_000);
                    return socket;
                });
                SteadyFlow flow = new SteadyFlow(near, listening.accept());
                flow.thread("send", flow::send);
                flow.thread("echo", flow::echo);
                flow.thread("compare", flow::compare);
                return flow;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void thread(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | RuntimeException e) {
                        verdict.complete(name + ": " + e);
                    }
                },
                "flow-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void send() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] block = new byte[BLOCK];
        OutputStream out = near.getOutputStream();
        while (!ending) {
            if (sent.get() - returned.get() < MAX_UNDER_WAY) {
                random.nextBytes(block);
                out.write(block);
                sent.addAndGet(BLOCK);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        near.shutdownOutput();
    }

    private void echo() throws IOException {
        far.getInputStream().transferTo(far.getOutputStream());
        far.shutdownOutput();
    }

    private void compare() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] expected = new byte[BLOCK];
        InputStream in = near.getInputStream();
        while (true) {
            byte[] block = in.readNBytes(BLOCK);
            if (block.length == 0) {
                verdict.complete(returned.get() == sent.get() && ending ? "" : "ended after " + returned + " bytes");
                return;
            }
            random.nextBytes(expected);
            if (!Arrays.equals(block, expected)) {
                verdict.complete("another byte came back than was sent, after " + returned);
                return;
            }
            returned.addAndGet(BLOCK);
        }
    }

    /** Waits until more has come back than was under way. */
    void progress() {
        long enough = returned.get() + 2 * MAX_UNDER_WAY;
        WatchRun.await(
                "a flow that goes on",
                () -> returned.get() >= enough || verdict.isDone(),
                () -> "it is at " + returned);
        if (verdict.isDone()) {
            throw new AssertionError("the flow ended: " + verdict.join());
        }
    }

    /** Ends it. @throws AssertionError when one byte is not what it was, or missing */
    void end() {
        ending = true;
        WatchRun.await("a flow that ends", verdict::isDone, () -> "it is at " + returned + " of " + sent);
        if (!verdict.join().isEmpty()) {
            throw new AssertionError(verdict.join());
        }
    }

    @Override
    public void close() {
        ending = true;
        for (Socket socket : new Socket[] {near, far}) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
