package io.fanatic.netlink.route;

import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.List;
import java.util.Map;

public final class VniFilter {
    public VniFilter(NetlinkSocket s) {}

    public Map<Integer, List<Integer>> list() {
        return Map.of();
    }

    public void add(int i, int v) {}

    public void delete(int i, int v) {}
}
