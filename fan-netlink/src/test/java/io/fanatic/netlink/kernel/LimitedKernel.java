package io.fanatic.netlink.kernel;

import java.nio.file.Path;

/** This kernel, said to lack features that it has. */
public final class LimitedKernel {
    private LimitedKernel() {}

    /**
     * {@return the kernel as the calling thread's network namespace has it}
     *
     * @param state for what it keeps, whether it ends with the boot or not
     * @param features what it is said to have
     */
    public static Kernel of(Path state, KernelFeatures features) {
        return new LinuxKernel(state, state, features);
    }
}
