package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;

/** Devices are made as files are written: under a temporary name, complete, and only then under their own. */
final class NewDevice {
    private NewDevice() {}

    /**
     * @param temporary the name that {@code making} uses; what an earlier run left there goes first
     * @param mark its ifalias, which comes in one request with its name
     */
    static void make(Kernel kernel, String temporary, String name, String mark, Runnable making) {
        kernel.deleteLink(temporary);
        try {
            making.run();
            kernel.renameWithAlias(temporary, name, mark);
        } catch (RuntimeException e) {
            kernel.deleteLink(temporary);
            throw e;
        }
    }
}
