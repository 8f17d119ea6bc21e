package io.fanatic.harness.iperf.stream;

import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.UdpCounts;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/** Counts numbered datagrams as iperf3 does; see {@link UdpSender}. */
public final class UdpReceiver implements Stream {
    private final int id;
    private final boolean wide;
    private final Budget budget;
    private final Consumer<String> ended;

    private boolean running;
    private long bytes;
    private long highest;
    private long omitted;
    private long lost;
    private long outOfOrder;
    private double jitter;
    private long transitBefore;
    private boolean first = true;

    /** @param ended hears, with an empty text, when the budget of all receivers is spent */
    public UdpReceiver(int id, IperfSpec spec, Budget budget, Consumer<String> ended) {
        this.id = id;
        this.wide = spec.tuning().wideCounters();
        this.budget = budget;
        this.ended = ended;
    }

    @Override
    public void start() {
        running = true;
    }

    /** @param datagram big endian, from 0 on */
    public void received(ByteBuffer datagram, int length) {
        if (!running || length < (wide ? 16 : 12)) {
            return;
        }
        long number = wide ? datagram.getLong(8) : datagram.getInt(8) & 0xffffffffL;
        if (number > highest) {
            lost += number - highest - 1;
            highest = number;
        } else {
            outOfOrder++;
            lost = Math.max(0, lost - 1);
        }
        long sent = datagram.getInt(0) * 1_000_000_000L + datagram.getInt(4) * 1000L;
        long transit = System.nanoTime() - sent;
        if (!first) {
            jitter += (Math.abs(transit - transitBefore) / 1e9 - jitter) / 16;
        }
        first = false;
        transitBefore = transit;
        bytes += length;
        budget.spend(length);
        if (budget.spent()) {
            ended.accept("");
        }
    }

    @Override
    public void countAnew() {
        bytes = 0;
        omitted = highest;
        lost = 0;
        outOfOrder = 0;
        jitter = 0;
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
        return false;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Optional<UdpCounts> datagrams() {
        return Optional.of(new UdpCounts(highest - omitted, lost, outOfOrder, jitter));
    }
}
