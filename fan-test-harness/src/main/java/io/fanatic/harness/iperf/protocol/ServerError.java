package io.fanatic.harness.iperf.protocol;

import io.fanatic.netlink.libc.Errno;

/** The numbers by which an iperf3 server says why it declines; iperf_api.h of iperf 3. */
public final class ServerError {
    public static final int DURATION = 5;
    public static final int STREAMS = 6;
    public static final int BLOCK_SIZE = 7;
    public static final int PARAMETERS = 114;
    public static final int CONGESTION = 134;

    private ServerError() {}

    public static String sentence(int code, int errno) {
        String words = switch (code) {
            case DURATION -> "the test would last too long for it";
            case STREAMS -> "too many streams for it";
            case BLOCK_SIZE -> "it cannot use blocks of this length";
            case PARAMETERS -> "it does not understand the parameters";
            case CONGESTION -> "it cannot use this congestion control";
            default -> "its error " + code;
        };
        return errno == 0 ? words : words + ", " + Errno.describe(errno);
    }
}
