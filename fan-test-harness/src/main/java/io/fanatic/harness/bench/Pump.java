package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.errno;

import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import jnr.ffi.Pointer;

/**
 * Drives one {@link Load} over one {@link DataPath} and counts what arrives.
 *
 * <p>Senders are threads bound to one CPU that block in send(2), 128 KiB at a time. The receiver is one thread bound to
 * the other CPU that never sleeps: it asks all its sockets in turns with MSG_DONTWAIT and copies the data out (no
 * MSG_TRUNC). A receiver that sleeps has to be woken by the sender's CPU, which on a virtual machine costs it about two
 * microseconds each time and hides every difference between the paths.
 *
 * <p>All of them have the best nice value, which does not keep every other thread away; each sample tells how long they had to
 * wait for their CPU.
 */
public final class Pump {

    private static final int BUFFER = 128 << 10;
    /** Beyond the time of the sample, until something arrives: on a busy machine sender and kernel may wait long for a CPU. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final DataPath path;
    private final Cpus cpus;
    private final Timing timing;
    private final boolean first;
    /** Whether each end sends back what it receives. */
    private final boolean answers;

    private volatile boolean over;

    private Pump(DataPath path, Load load, Cpus cpus, Timing timing, boolean first) {
        this.path = path;
        this.cpus = cpus;
        this.timing = timing;
        this.first = first;
        answers = load instanceof Load.RoundTrips;
    }

    /**
     * Runs until the measured time is over.
     *
     * @throws ErrnoException when a socket cannot be opened, connected or read
     * @throws IllegalStateException when nothing arrived, or the congestion control asked for is not to be had
     */
    public static Sample run(DataPath path, Load load, Cpus cpus, Timing timing) {
        return new Pump(path, load, cpus, timing, true).run(load);
    }

    /** The same at ordinary priority, so that the JIT compiler gets a CPU. Its figures mean nothing. */
    static void prime(DataPath path, Load load, Cpus cpus, Timing timing) {
        new Pump(path, load, cpus, timing, false).run(load);
    }

    private Sample run(Load load) {
        if (load instanceof Load.Tcp tcp) {
            return tcp(tcp.flows());
        }
        if (load instanceof Load.RoundTrips) {
            return roundTrips();
        }
        return udp(((Load.Udp) load).payload());
    }

    private Sample tcp(int flows) {
        try (Descriptors senders = new Descriptors();
                Descriptors receivers = new Descriptors()) {
            connect(flows, senders, receivers);
            List<FutureTask<Sent>> sending = new ArrayList<>();
            for (int fd : senders.all()) {
                sending.add(start("bench-sender", cpus.sender(), () -> send(fd, BUFFER)));
            }
            Received received = await(start("bench-receiver", cpus.receiver(), () -> receive(receivers.all())));
            int segment = 0;
            long retransmits = 0;
            for (int fd : senders.all()) {
                Tcp.Info info = Tcp.info(fd);
                segment = info.segment();
                retransmits += info.retransmits();
            }
            receivers.close(); // unread data makes this a reset: the senders wake up with an error and end
            List<Sent> sent = sending.stream().map(Pump::await).toList();
            // Several senders wait for each other, which is no disturbance.
            double waited = flows == 1 ? Math.max(received.waited(), sent.get(0).waited()) : received.waited();
            return new Sample(
                    received.bytes * 8 / (double) received.nanos,
                    received.seconds(),
                    retransmits,
                    segment,
                    0,
                    waited,
                    received.cpu());
        }
    }

    private void connect(int flows, Descriptors senders, Descriptors receivers) {
        try (Descriptors listeners = new Descriptors()) {
            Endpoint to = path.receiver();
            int listener = to.namespace().call(() -> listeners.add(BlockingSockets.listen(to.address(), flows)));
            int port = BlockingSockets.port(listener);
            for (int i = 0; i < flows; i++) {
                path.sender().namespace().call(() -> senders.add(BlockingSockets.connect(to.address(), port)));
                receivers.add(BlockingSockets.accept(listener));
            }
        }
    }

    private Sample roundTrips() {
        try (Descriptors senders = new Descriptors();
                Descriptors receivers = new Descriptors()) {
            connect(1, senders, receivers);
            FutureTask<Sent> answering = start(
                    "bench-receiver",
                    cpus.receiver(),
                    () -> answer(receivers.all().get(0)));
            Received received = await(start("bench-sender", cpus.sender(), () -> {
                send(senders.all().get(0), Native.pointer(Native.buffer(1)), 1);
                return receive(senders.all());
            }));
            Sent answered = await(answering);
            return new Sample(
                    received.calls * 1e6 / received.nanos,
                    received.seconds(),
                    0,
                    0,
                    0,
                    Math.max(received.waited(), answered.waited()),
                    received.cpu());
        }
    }

    /** Sends back what it receives, until {@link #over}. */
    private Sent answer(int fd) {
        Pointer pointer = Native.pointer(Native.buffer(BUFFER));
        Tally tally = new Tally();
        long start = System.nanoTime();
        long waited = Cpus.nanosWaited();
        while (!over) {
            read(fd, pointer, tally);
        }
        waited = Cpus.nanosWaited() - waited;
        return new Sent(tally.calls, waited / (double) (System.nanoTime() - start));
    }

    private Sample udp(int payload) {
        try (Descriptors sockets = new Descriptors()) {
            Endpoint to = path.receiver();
            int receiver = to.namespace().call(() -> sockets.add(BlockingSockets.udpReceiver(to.address())));
            int port = BlockingSockets.port(receiver);
            int sender =
                    path.sender().namespace().call(() -> sockets.add(BlockingSockets.udpSender(to.address(), port)));
            FutureTask<Sent> sending = start("bench-sender", cpus.sender(), () -> send(sender, payload));
            Received received = await(start("bench-receiver", cpus.receiver(), () -> receive(List.of(receiver))));
            Sent sent = await(sending);
            double lost = sent.calls == 0 ? 0 : Math.max(0, 1 - received.allCalls / (double) sent.calls);
            return new Sample(
                    received.calls * 1e6 / received.nanos,
                    received.seconds(),
                    0,
                    0,
                    lost,
                    Math.max(received.waited(), sent.waited()),
                    received.cpu());
        }
    }

    /**
     * @param calls that sent something
     * @param waited share of the sender's life in which it could run but another thread had its CPU
     */
    private record Sent(long calls, double waited) {}

    /** Sends until {@link #over} or the peer has gone. */
    private Sent send(int fd, int length) {
        ByteBuffer data = Native.buffer(length);
        Pointer pointer = Native.pointer(data);
        long calls = 0;
        long start = System.nanoTime();
        long waited = Cpus.nanosWaited();
        while (!over) {
            long sent = LIBC.send(fd, pointer, length, Tcp.MSG_NOSIGNAL);
            if (sent > 0) {
                calls++;
            } else if (!over && !Tcp.wouldBlock(errno())) {
                throw new ErrnoException("send over " + path.name(), errno());
            }
        }
        waited = Cpus.nanosWaited() - waited;
        return new Sent(calls, waited / (double) (System.nanoTime() - start));
    }

    /**
     * @param allCalls datagrams (or reads) since the start
     * @param calls those of the measured interval
     * @param nanosWaited of the measured interval
     * @param nanosBusy of the sender's CPU, likewise
     */
    private record Received(long bytes, long calls, long nanos, long allCalls, long nanosWaited, long nanosBusy) {
        double seconds() {
            return nanos / 1e9;
        }

        double waited() {
            return nanosWaited / (double) nanos;
        }

        double cpu() {
            return nanosBusy / (double) bytes;
        }
    }

    private Received receive(List<Integer> descriptors) {
        int[] fds = descriptors.stream().mapToInt(fd -> fd).toArray();
        ByteBuffer data = Native.buffer(BUFFER);
        Pointer pointer = Native.pointer(data);
        try {
            Tally warm = new Tally();
            // Each from when the one before really ended, so that a late end does not shorten what follows.
            long arrived = receive(fds, pointer, System.nanoTime(), warm);
            long start = receive(fds, pointer, arrived + timing.warmUp().toNanos(), warm);
            long waited = Cpus.nanosWaited();
            long busy = Cpus.nanosBusy(cpus.sender());
            Tally tally = new Tally();
            long end = receive(fds, pointer, start + timing.measured().toNanos(), tally);
            waited = Cpus.nanosWaited() - waited;
            busy = Cpus.nanosBusy(cpus.sender()) - busy;
            return new Received(tally.bytes, tally.calls, end - start, warm.calls + tally.calls, waited, busy);
        } finally {
            over = true;
        }
    }

    private static final class Tally {
        private long bytes;
        private long calls;
    }

    /** Reads until the time is over and something was read; returns the time at which it really was. */
    private long receive(int[] fds, Pointer pointer, long until, Tally tally) {
        while (true) {
            for (int fd : fds) {
                read(fd, pointer, tally);
            }
            long now = System.nanoTime();
            if (now - until >= 0 && tally.calls > 0) {
                return now;
            }
            if (now - until >= TIMEOUT.toNanos()) {
                throw new IllegalStateException("nothing arrived over " + path.name());
            }
        }
    }

    private void read(int fd, Pointer pointer, Tally tally) {
        long n = LIBC.recv(fd, pointer, BUFFER, Tcp.MSG_DONTWAIT);
        if (n > 0) {
            tally.bytes += n;
            tally.calls++;
            if (answers) {
                send(fd, pointer, (int) n);
            }
        } else if (n == 0) {
            throw new IllegalStateException("the sender over " + path.name() + " hung up");
        } else if (!Tcp.wouldBlock(errno())) {
            throw new ErrnoException("receive over " + path.name(), errno());
        }
    }

    private void send(int fd, Pointer pointer, int length) {
        if (LIBC.send(fd, pointer, length, Tcp.MSG_NOSIGNAL) < 0) {
            throw new ErrnoException("send over " + path.name(), errno());
        }
    }

    private <T> FutureTask<T> start(String name, int cpu, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(() -> {
            Cpus.pin(cpu);
            if (first) {
                Cpus.goFirst();
            }
            return work.call();
        });
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static <T> T await(FutureTask<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    /** Open descriptors that close together. */
    private static final class Descriptors implements AutoCloseable {
        private final List<Integer> fds = new ArrayList<>();

        int add(int fd) {
            fds.add(fd);
            return fd;
        }

        List<Integer> all() {
            return List.copyOf(fds);
        }

        @Override
        public void close() {
            fds.forEach(LIBC::close);
            fds.clear();
        }
    }
}
