package io.fanatic.harness.net;

import io.fanatic.core.IpAddress;

/** Decides which peers a server serves. Called on event loops, by several threads. */
public interface AccessPolicy {

    /** Serves everybody and remembers nothing. */
    AccessPolicy EVERYBODY = new AccessPolicy() {
        @Override
        public boolean enter(IpAddress peer) {
            return true;
        }

        @Override
        public void leave(IpAddress peer) {}

        @Override
        public void offence(IpAddress peer, String what) {}
    };

    /** The owner that a peer belongs to: a server counts its limits by owner. */
    default IpAddress owner(IpAddress peer) {
        return peer;
    }

    /** Whether one more connection of this peer is taken; then {@link #leave} follows. */
    boolean enter(IpAddress peer);

    /** A connection that was taken has ended. */
    void leave(IpAddress peer);

    /**
     * The peer did what it should not, and its connection is closed.
     *
     * @param what in words, after the peer's name: {@code sent no cookie}
     */
    void offence(IpAddress peer, String what);
}
