package io.fanatic.harness.iperf.stream;

import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.Tuning;
import io.fanatic.harness.throughput.UdpCounts;
import io.fanatic.netlink.libc.Native;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Sends numbered datagrams at a rate:
 *
 * <pre>
 *   0          4              8                    12 or 16
 *   | seconds  | microseconds | number from 1 on   | zeros ...
 * </pre>
 *
 * big endian, the number with 32 or 64 bits.
 */
public final class UdpSender implements Stream {
    /** Datagrams of one call of the event loop. */
    private static final int AT_ONCE = 32;

    private final int id;
    private final EventLoop loop;
    private final Predicate<ByteBuffer> socket;
    private final ByteBuffer datagram;
    private final boolean wide;
    private final Pacer pacer;
    private final Budget budget;
    private final Consumer<String> ended;

    private boolean running;
    private long bytes;
    private long number;
    private long omitted;

    /**
     * @param socket sends a datagram; false when it cannot at present
     * @param budget of all senders
     * @param ended hears, with an empty text, when the budget is spent
     */
    public UdpSender(
            int id,
            EventLoop loop,
            IperfSpec spec,
            Predicate<ByteBuffer> socket,
            Budget budget,
            Consumer<String> ended) {
        this.id = id;
        this.loop = loop;
        this.socket = socket;
        this.datagram =
                Native.buffer(Math.max(spec.length(), Tuning.MIN_DATAGRAM)).order(ByteOrder.BIG_ENDIAN);
        this.wide = spec.tuning().wideCounters();
        this.pacer = new Pacer(spec.rate());
        this.budget = budget;
        this.ended = ended;
    }

    @Override
    public void start() {
        running = true;
        pacer.start();
        send();
    }

    private void send() {
        for (int i = 0; running && i < AT_ONCE; i++) {
            if (pacer.ahead()) {
                loop.schedule(this::send, Pacer.TICK_NANOS, TimeUnit.NANOSECONDS);
                return;
            }
            if (budget.spent()) {
                running = false;
                ended.accept("");
                return;
            }
            stamp();
            if (!socket.test(datagram)) {
                number--;
                loop.schedule(this::send, Pacer.TICK_NANOS, TimeUnit.NANOSECONDS);
                return;
            }
            bytes += datagram.capacity();
            pacer.sent(datagram.capacity());
            budget.spend(datagram.capacity());
        }
        if (running) {
            loop.execute(this::send);
        }
    }

    private void stamp() {
        long now = System.nanoTime();
        datagram.putInt(0, (int) (now / 1_000_000_000)).putInt(4, (int) (now / 1000 % 1_000_000));
        number++;
        if (wide) {
            datagram.putLong(8, number);
        } else {
            datagram.putInt(8, (int) number);
        }
    }

    @Override
    public void countAnew() {
        bytes = 0;
        omitted = number;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public boolean sends() {
        return true;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Optional<UdpCounts> datagrams() {
        return Optional.of(new UdpCounts(number - omitted, 0, 0, 0));
    }
}
