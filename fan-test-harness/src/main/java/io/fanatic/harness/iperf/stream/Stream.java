package io.fanatic.harness.iperf.stream;

import io.fanatic.harness.throughput.UdpCounts;
import java.util.Optional;
import java.util.OptionalLong;

/** One end of one stream of a test. All methods are called on its event loop. */
public interface Stream {

    /** How iperf3 numbers its streams, in the order in which the server accepts them: 1, 3, 4, 5 and so on. */
    static int idOf(int index) {
        return index == 0 ? 1 : index + 2;
    }

    /** The stream's number in the protocol. */
    int id();

    /** Whether this end sends. */
    boolean sends();

    /** Begins to send, or to expect. */
    void start();

    /** Forgets what was counted: the omitted time is over. */
    void countAnew();

    /** Ends sending and receiving; what was counted and asked of the kernel stays. */
    void stop();

    /** Closes what belongs to this stream alone; a peer that still sends hears of it. UDP streams share their socket. */
    default void close() {
        stop();
    }

    /** Sent or received since counting began. */
    long bytes();

    /** Datagrams sent, or what became of those that came; empty for TCP. */
    Optional<UdpCounts> datagrams();

    /** Since the connection began; empty for receivers and UDP. */
    default OptionalLong retransmits() {
        return OptionalLong.empty();
    }

    /** As the kernel says; {@code none} for UDP. */
    default String congestion() {
        return "none";
    }
}
