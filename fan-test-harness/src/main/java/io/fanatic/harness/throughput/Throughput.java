package io.fanatic.harness.throughput;

import java.util.List;

/** What became of a test. */
public sealed interface Throughput {

    /** {@return the test that was asked for} */
    IperfSpec spec();

    /**
     * It ran.
     *
     * @param spec what was asked for
     * @param conditions without which the figures mean nothing
     * @param streams in the order of their numbers, at least one
     * @param serverOutput the server's own report, when asked for; else empty
     */
    record Measured(IperfSpec spec, Conditions conditions, List<StreamResult> streams, String serverOutput)
            implements Throughput {

        /**
         * Copies the list.
         *
         * @throws IllegalArgumentException without streams
         */
        public Measured {
            streams = List.copyOf(streams);
            if (streams.isEmpty()) {
                throw new IllegalArgumentException("a test without streams measured nothing");
            }
        }

        /**
         * {@return the payload that arrived, all streams together, in bits per second}
         *
         * @param sending true for what went from client to server, false for the other way
         */
        public double bitsPerSecond(boolean sending) {
            double sum = 0;
            for (StreamResult stream : streams) {
                sum += stream.sending() == sending ? stream.bitsPerSecond() : 0;
            }
            return sum;
        }

        /** {@return the payload that arrived, both ways together, in bits per second} */
        public double bitsPerSecond() {
            return bitsPerSecond(true) + bitsPerSecond(false);
        }

        /** {@return the payload bytes that arrived, of all streams} */
        public long receivedBytes() {
            return streams.stream().mapToLong(StreamResult::receivedBytes).sum();
        }

        /** {@return how many TCP segments were sent again, of all senders that know} */
        public long retransmits() {
            return streams.stream()
                    .mapToLong(stream -> stream.retransmits().orElse(0))
                    .sum();
        }

        /** {@return the share of UDP datagrams that were lost, 0 to 1; 0 for TCP} */
        public double lostShare() {
            long packets = 0;
            long lost = 0;
            for (StreamResult stream : streams) {
                packets += stream.datagrams().map(UdpCounts::packets).orElse(0L);
                lost += stream.datagrams().map(UdpCounts::lost).orElse(0L);
            }
            return packets == 0 ? 0 : lost / (double) packets;
        }

        /** {@return the jitter of UDP datagrams, mean of the streams, in seconds; 0 for TCP} */
        public double jitterSeconds() {
            return streams.stream()
                    .flatMap(stream -> stream.datagrams().stream())
                    .mapToDouble(UdpCounts::jitterSeconds)
                    .average()
                    .orElse(0);
        }
    }

    /**
     * It did not, or not to its end.
     *
     * @param spec what was asked for
     * @param reason of what kind
     * @param sentence for a person; no capital, no full stop
     */
    record Failed(IperfSpec spec, Reason reason, String sentence) implements Throughput {}

    /** Why a test failed. */
    enum Reason {
        /** Nothing listens there. */
        REFUSED,
        /** The address cannot be reached at all. */
        UNREACHABLE,
        /** Nothing was answered for too long. */
        SILENT,
        /** The data stood still for too long. */
        STALLED,
        /** The server runs another test, or serves only others. */
        BUSY,
        /** The server would not do what was asked, or this end could not. */
        DECLINED,
        /** The connection broke, or the other end is no iperf3. */
        BROKEN
    }
}
