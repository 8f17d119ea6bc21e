package io.fanatic.netlink.attach;

import io.fanatic.core.FanException;
import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.FanObserver;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.BpfFilter;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Programs of a monitor that only look, as filters in front of ours. A filter outlives its process. So its handle is the port of a
 * netlink socket, which the process keeps open meanwhile: where no socket has that port, the process was killed, and whoever repairs
 * the fan takes the filter away.
 *
 * @param trafficControl of the devices
 */
public record ClsactObservers(TrafficControl trafficControl) {
    private static final int PRIORITY = ClsactHooks.PRIORITY - 1;
    private static final String NAME = "fan monitor";
    private static final Path SOCKETS = Path.of("/proc/thread-self/net/netlink");
    private static final int PORT_COLUMN = 2;

    /** Attaches one in the calling thread's network namespace. @return what takes it away, on any thread */
    public static FanObserver.Attachment attach(int index, Tcx.Hook hook, BpfProgram program) {
        NetlinkSocket socket = NetlinkSocket.open();
        TrafficControl own = new TrafficControl(socket);
        try {
            own.replaceFilter(index, ClsactHooks.direction(hook), PRIORITY, socket.port(), program.fd(), NAME);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
        return () -> {
            try (socket) {
                delete(own, index, hook, socket.port());
            }
        };
    }

    /** Whether a process that ended has left one. */
    boolean hasLeft(int index, Tcx.Hook hook) {
        return !left(index, hook).isEmpty();
    }

    /** Takes away those that processes that ended have left. */
    void deleteLeft(int index, Tcx.Hook hook) {
        left(index, hook).forEach(filter -> delete(trafficControl, index, hook, filter.handle()));
    }

    /** Takes away all; a monitor that goes on attaches its own again where there is something to look at. */
    void deleteAll(int index, Tcx.Hook hook) {
        filters(index, hook).forEach(filter -> delete(trafficControl, index, hook, filter.handle()));
    }

    /** The numbers of their programs. */
    Set<Integer> ids(int index, Tcx.Hook hook) {
        Set<Integer> ids = new HashSet<>();
        filters(index, hook).forEach(filter -> ids.add(filter.programId()));
        return ids;
    }

    private List<BpfFilter> left(int index, Tcx.Hook hook) {
        List<BpfFilter> filters = filters(index, hook);
        if (filters.isEmpty()) {
            return filters;
        }
        Set<Integer> ports = ports();
        return filters.stream()
                .filter(filter -> !ports.contains(filter.handle()))
                .toList();
    }

    private List<BpfFilter> filters(int index, Tcx.Hook hook) {
        return trafficControl.filters(index, ClsactHooks.direction(hook)).stream()
                .filter(filter -> filter.priority() == PRIORITY && filter.name().equals(NAME))
                .toList();
    }

    /** Of all netlink sockets of this network namespace. */
    private static Set<Integer> ports() {
        try {
            Set<Integer> ports = new HashSet<>();
            List<String> lines = Files.readAllLines(SOCKETS);
            for (String line : lines.subList(1, lines.size())) {
                ports.add(Integer.parseUnsignedInt(line.strip().split(" +")[PORT_COLUMN]));
            }
            return ports;
        } catch (IOException e) {
            throw new FanException(FanException.Reason.FAILED, "cannot read " + SOCKETS + ": " + e.getMessage());
        }
    }

    private static void delete(TrafficControl control, int index, Tcx.Hook hook, int handle) {
        try {
            control.deleteFilter(index, ClsactHooks.direction(hook), PRIORITY, handle);
        } catch (ErrnoException e) {
            // It went with the device, or somebody took it away.
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL && e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }
}
