package io.fanatic.netlink.watch;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.netlink.dnsmasq.Dnsmasq;
import io.fanatic.netlink.libc.Native;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/** The DHCP servers of the fans, each by a pidfd: readable when its process has ended, no matter which process started it. */
final class DhcpServerMonitor implements AutoCloseable {
    private static final long PIDFD_OPEN = 434;

    private final Dnsmasq dnsmasq;
    private final Map<String, Watched> watched = new HashMap<>();

    private record Watched(int pid, int fd) {}

    DhcpServerMonitor(Path runDirectory, Path stateDirectory) {
        dnsmasq = new Dnsmasq(runDirectory, stateDirectory);
    }

    /** From now on watches the servers of these bridges, and no others. */
    void watch(Set<String> bridges) {
        Map.copyOf(watched).forEach((bridge, server) -> {
            OptionalInt pid = bridges.contains(bridge) ? dnsmasq.process(bridge) : OptionalInt.empty();
            if (pid.isEmpty() || pid.getAsInt() != server.pid) {
                forget(bridge);
            }
        });
        for (String bridge : bridges) {
            if (!watched.containsKey(bridge)) {
                dnsmasq.process(bridge).ifPresent(pid -> watch(bridge, pid));
            }
        }
    }

    private void watch(String bridge, int pid) {
        int fd = (int) Native.events().syscall(PIDFD_OPEN, pid, 0);
        // One that ended since then is missing in the next plan.
        if (fd >= 0) {
            watched.put(bridge, new Watched(pid, fd));
        }
    }

    List<Integer> descriptors() {
        List<Integer> descriptors = new ArrayList<>();
        watched.values().forEach(server -> descriptors.add(server.fd));
        return descriptors;
    }

    /** Tells which servers have ended, by their bridges; each once. */
    void read(Consumer<String> ended) {
        Map.copyOf(watched).forEach((bridge, server) -> {
            if (Poller.isReadable(server.fd)) {
                forget(bridge);
                ended.accept(bridge);
            }
        });
    }

    private void forget(String bridge) {
        Watched server = watched.remove(bridge);
        if (server != null) {
            LIBC.close(server.fd);
        }
    }

    @Override
    public void close() {
        List.copyOf(watched.keySet()).forEach(this::forget);
    }
}
