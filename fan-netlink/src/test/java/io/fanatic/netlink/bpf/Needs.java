package io.fanatic.netlink.bpf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;

/** What a test is about and not every kernel has; without it the test is not run. */
final class Needs {
    private Needs() {}

    static void localAddress() {
        assumeTrue(BpfFeatures.probe().tunnelLocalAddress(), "this kernel has no local address in the tunnel key");
    }

    static void fastPath() {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.FAST_PATH), "this kernel has no fast-path");
    }

    static void direct() {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.DIRECT), "this kernel has no direct");
    }

    static void tcx() {
        assumeTrue(Tcx.isSupported(), "this kernel has no tcx");
    }
}
