package io.fanatic.netlink.host;

import io.fanatic.core.FanSlice;
import java.nio.file.Path;
import java.util.List;

public record DhcpServer(String bridge, int mtu, List<FanSlice> slices) {
    public static DhcpServer of(String bridge, int mtu, List<FanSlice> slices) {
        return new DhcpServer(bridge, mtu, slices);
    }

    public List<String> ranges() {
        return List.of();
    }

    public void start(Path run, Path state) {}

    public static void stop(String bridge, Path run) {}
}
