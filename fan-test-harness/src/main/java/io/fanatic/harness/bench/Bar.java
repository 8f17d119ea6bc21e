package io.fanatic.harness.bench;

import io.fanatic.core.Direct;
import java.util.List;

/**
 * What a fan shall reach under one load.
 *
 * @param load one of those measured
 * @param path beside which one, by its name
 * @param ratio of the fan's median rate to that path's, such as 0.97
 */
public record Bar(Load load, String path, double ratio) {
    private static final Load ONE_FLOW = new Load.Tcp(1);
    private static final Load PACKETS = new Load.Udp(64);

    /** For one flow by the kernel's own VXLAN device. */
    static final List<Bar> KERNEL_DEVICE = List.of(new Bar(ONE_FLOW, Bench.PLAIN, 0.97));

    static final List<Bar> FAST = List.of(new Bar(ONE_FLOW, Bench.PLAIN, 1.05), new Bar(PACKETS, Bench.PLAIN, 1.3));
    static final List<Bar> DIRECT = List.of(
            new Bar(ONE_FLOW, Bench.PLAIN, 1.5),
            new Bar(ONE_FLOW, Bench.ROUTES, 1.05),
            new Bar(PACKETS, Bench.PLAIN, 1.5));

    /**
     * For a fan that sends so.
     *
     * @param fast whether it takes the fast path
     */
    static List<Bar> of(Direct direct, boolean fast) {
        if (direct == Direct.SEND) {
            return DIRECT;
        }
        return fast ? FAST : KERNEL_DEVICE;
    }
}
