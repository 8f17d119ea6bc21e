package io.fanatic.harness.iperf.protocol;

/** The other end said something that iperf3 would not say, or that is over a limit; the message says what. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }
}
