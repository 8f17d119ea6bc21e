package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.FanProgramSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The eBPF program on the bridge. */
record GateResource(String bridge, FanProgramSpec spec) implements Resource {

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
    public void change(Kernel kernel, Resource from) {
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
    public String changing(Resource from) {
        return "replace the eBPF program gate on " + bridge;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GateResource that && bridge.equals(that.bridge) && spec.equals(that.spec);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bridge, spec);
    }
}
