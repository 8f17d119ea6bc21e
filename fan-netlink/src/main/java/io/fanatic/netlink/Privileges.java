package io.fanatic.netlink;

import io.fanatic.core.FanException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which capabilities(7) this thread has, asked before work is begun that would fail in the middle without them. */
final class Privileges {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_BPF = 39;
    private static final String EFFECTIVE = "CapEff:";

    private Privileges() {}

    /** @throws FanException NOT_PERMITTED when fans cannot be changed */
    static void require() {
        if (!sufficient()) {
            throw new FanException(
                    FanException.Reason.NOT_PERMITTED,
                    "this needs root (or the capabilities CAP_NET_ADMIN and CAP_BPF); try sudo");
        }
    }

    static boolean sufficient() {
        long effective = effective();
        return has(effective, CAP_NET_ADMIN) && (has(effective, CAP_BPF) || has(effective, CAP_SYS_ADMIN));
    }

    private static boolean has(long set, int capability) {
        return (set >>> capability & 1) == 1;
    }

    private static long effective() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
                if (line.startsWith(EFFECTIVE)) {
                    return Long.parseUnsignedLong(
                            line.substring(EFFECTIVE.length()).strip(), 16);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the capabilities of this process", e);
        }
        return 0;
    }
}
