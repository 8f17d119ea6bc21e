package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.FanProgramSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The eBPF program on the bridge. */
record GatePiece(String bridge, FanProgramSpec spec) implements Piece {

    @Override
    public String key() {
        return "gate " + bridge;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.attachGate(bridge, spec);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.detachGate(bridge);
    }

    @Override
    public void change(Kernel kernel, Piece from) {
        kernel.attachGate(bridge, spec);
    }

    @Override
    public String creating() {
        return "attach the eBPF program gate to " + bridge;
    }

    @Override
    public String deleting() {
        return "detach the eBPF program gate from " + bridge;
    }

    @Override
    public String changing(Piece from) {
        return "replace the eBPF program gate on " + bridge;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GatePiece that && bridge.equals(that.bridge) && spec.equals(that.spec);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bridge, spec);
    }
}
