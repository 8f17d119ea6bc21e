package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.GateProgramSpec;
import io.fanatic.netlink.bpf.ProgramSpec;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The eBPF programs of one specification on one device.
 *
 * @param device has the programs
 * @param keeper the device of ours whose alias records them; mostly the same
 * @param spec what they are; empty: programs of ours that are no longer what any fan needs
 */
record ProgramsResource(String device, String keeper, Optional<ProgramSpec> spec) implements Resource {

    /** Programs on a device of ours. */
    ProgramsResource(String device, ProgramSpec spec) {
        this(device, device, Optional.of(spec));
    }

    @Override
    public String key() {
        return (isGate() ? "gate " : "programs ") + device + (device.equals(keeper) ? "" : " for " + keeper);
    }

    @Override
    public void create(Kernel kernel) {
        kernel.attachPrograms(device, keeper, spec.orElseThrow());
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.detachPrograms(device, keeper);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        create(kernel);
    }

    @Override
    public String creating() {
        return "attach " + what() + " to " + where();
    }

    @Override
    public String deleting() {
        return "detach the eBPF " + (isGate() ? "program gate" : "programs") + " from " + device;
    }

    @Override
    public String changing(Resource from) {
        return "replace the eBPF " + (isGate() ? "program gate" : "programs") + " on " + where();
    }

    private String what() {
        return isGate() ? "the eBPF program gate" : "the eBPF programs encap and guard";
    }

    private String where() {
        return isGate()
                ? device
                : device + " (" + Text.join(" and ", spec.orElseThrow().localAddresses()) + ")";
    }

    private boolean isGate() {
        return spec.isPresent() && spec.get() instanceof GateProgramSpec;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProgramsResource that
                && device.equals(that.device)
                && keeper.equals(that.keeper)
                && spec.equals(that.spec);
    }

    @Override
    public int hashCode() {
        return Objects.hash(device, keeper, spec);
    }
}
