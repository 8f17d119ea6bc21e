package io.fanatic.netlink.bpf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What a test is about and not every kernel has; without it the test is not run. */
final class Needs {
    private Needs() {}

    static void localAddress() {
        assumeTrue(BpfFeatures.probe().tunnelLocalAddress(), "this kernel has no local address in the tunnel key");
    }

    static void tcx() {
        assumeTrue(Tcx.isSupported(), "this kernel has no tcx");
    }
}
