package io.fanatic.cli.check;

import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.TransferResult;
import java.util.Locale;

/** How a stage went, with what it measured: {@code PASS (0.071 ms)}, {@code FAIL (reason)}. */
final class Verdict {
    /** Bytes. */
    private static final long RATE_FROM = 1 << 20;

    private Verdict() {}

    static String of(PingResult ping) {
        if (!ping.ok()) {
            return "FAIL (" + ping.received() + " of " + ping.sent() + " answered"
                    + (ping.error().isEmpty() ? "" : ", " + ping.error()) + ")";
        }
        return String.format(Locale.ROOT, "PASS (%.3f ms)", ping.averageNanos() / 1e6);
    }

    /** The rate is that of one direction; little data tells the time that it took instead, as a rate would mean nothing. */
    static String of(TransferResult transfer) {
        if (!transfer.ok()) {
            return "FAIL (" + transfer.error() + ")";
        }
        if (transfer.bytes() < RATE_FROM) {
            return String.format(Locale.ROOT, "PASS (%.3f ms)", transfer.nanos() / 1e6);
        }
        double rate = transfer.nanos() == 0 ? 0 : transfer.bytes() * 1e3 / transfer.nanos();
        return String.format(Locale.ROOT, "PASS (%.1f MB/s)", rate);
    }
}
