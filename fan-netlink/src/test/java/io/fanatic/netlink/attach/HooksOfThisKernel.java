package io.fanatic.netlink.attach;

import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.HashSet;
import java.util.function.Function;

/** Where programs hang, for tests that do it by themselves. */
public final class HooksOfThisKernel {
    private HooksOfThisKernel() {}

    /** tcx, or where the kernel has none clsact; of devices in the calling thread's namespace. */
    public static <T> T with(Function<ProgramHooks, T> action) {
        return Tcx.isSupported() ? action.apply(new TcxHooks()) : withClsact(action);
    }

    /** clsact, which every kernel has; of devices in the calling thread's namespace. */
    public static <T> T withClsact(Function<ProgramHooks, T> action) {
        try (NetlinkSocket socket = NetlinkSocket.open()) {
            return action.apply(new ClsactHooks(new TrafficControl(socket), new HashSet<>()));
        }
    }
}
