package io.fanatic.harness.bench;

/** What a {@link Pump} sends. */
public sealed interface Load {

    /** Name in reports, such as {@code TCP, 1 flow}. */
    String title();

    /** Unit of {@link Sample#rate}. */
    String unit();

    /**
     * Bulk transfer.
     *
     * @param flows connections at the same time, 1 and more; all senders share one CPU, all receivers another one
     */
    record Tcp(int flows) implements Load {
        public Tcp {
            if (flows < 1) {
                throw new IllegalArgumentException("flows: at least 1, not " + flows);
            }
        }

        @Override
        public String title() {
            return flows == 1 ? "TCP, 1 flow" : "TCP, " + flows + " flows";
        }

        @Override
        public String unit() {
            return "Gbit/s";
        }
    }

    /** One byte there and one back over a connection, again and again; nobody sleeps. Its rate tells the time of a round trip. */
    record RoundTrips() implements Load {
        @Override
        public String title() {
            return "TCP, 1 byte there and back";
        }

        @Override
        public String unit() {
            return "1000/s";
        }
    }

    /**
     * One stream of datagrams, as many as the sender can.
     *
     * @param payload bytes after the UDP header, 1 to 1024: each datagram is one packet on every path
     */
    record Udp(int payload) implements Load {
        public Udp {
            if (payload < 1 || payload > 1024) {
                throw new IllegalArgumentException("payload: 1 to 1024 bytes, not " + payload);
            }
        }

        @Override
        public String title() {
            return "UDP, " + payload + " bytes";
        }

        @Override
        public String unit() {
            return "kpps";
        }
    }
}
