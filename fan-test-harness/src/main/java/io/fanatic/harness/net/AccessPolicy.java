package io.fanatic.harness.net;

import io.fanatic.core.Ipv4Address;

/** Decides which peers a server serves. Called on event loops, by several threads. */
public interface AccessPolicy {

    /** Serves everybody and remembers nothing. */
    AccessPolicy EVERYBODY = new AccessPolicy() {
        @Override
        public boolean enter(Ipv4Address peer) {
            return true;
        }

        @Override
        public void leave(Ipv4Address peer) {}

        @Override
        public boolean welcome(Ipv4Address peer) {
            return true;
        }

        @Override
        public void offence(Ipv4Address peer, String what) {}
    };

    /** The owner that a peer belongs to: a server counts its limits by owner. */
    default Ipv4Address owner(Ipv4Address peer) {
        return peer;
    }

    /** Whether one more connection of this peer is taken; then {@link #leave} follows. */
    boolean enter(Ipv4Address peer);

    /** A connection that was taken has ended. */
    void leave(Ipv4Address peer);

    /** Whether a datagram of this peer is answered. */
    boolean welcome(Ipv4Address peer);

    /**
     * The peer did what it should not, and its connection is closed.
     *
     * @param what in words, after the peer's name: {@code sent no cookie}
     */
    void offence(Ipv4Address peer, String what);
}
