package io.fanatic.harness.iperf;

/** The other end said something that iperf3 would not say, or that is over a limit; the message says what. */
final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProtocolException(String message) {
        super(message);
    }
}
