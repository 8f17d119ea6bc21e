package io.fanatic.harness.iperf.protocol;

/** The states of iperf3, one byte each on the control connection. */
public final class State {
    public static final int TEST_START = 1;
    public static final int TEST_RUNNING = 2;
    public static final int TEST_END = 4;
    public static final int PARAM_EXCHANGE = 9;
    public static final int CREATE_STREAMS = 10;
    public static final int SERVER_TERMINATE = 11;
    public static final int CLIENT_TERMINATE = 12;
    public static final int EXCHANGE_RESULTS = 13;
    public static final int DISPLAY_RESULTS = 14;
    public static final int IPERF_DONE = 16;
    public static final int ACCESS_DENIED = -1;
    public static final int SERVER_ERROR = -2;

    private State() {}

    public static String name(int state) {
        return switch (state) {
            case TEST_START -> "TEST_START";
            case TEST_RUNNING -> "TEST_RUNNING";
            case TEST_END -> "TEST_END";
            case PARAM_EXCHANGE -> "PARAM_EXCHANGE";
            case CREATE_STREAMS -> "CREATE_STREAMS";
            case SERVER_TERMINATE -> "SERVER_TERMINATE";
            case CLIENT_TERMINATE -> "CLIENT_TERMINATE";
            case EXCHANGE_RESULTS -> "EXCHANGE_RESULTS";
            case DISPLAY_RESULTS -> "DISPLAY_RESULTS";
            case IPERF_DONE -> "IPERF_DONE";
            case ACCESS_DENIED -> "ACCESS_DENIED";
            case SERVER_ERROR -> "SERVER_ERROR";
            default -> "state " + state;
        };
    }
}
