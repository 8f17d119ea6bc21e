package io.fanatic.netlink.resource;

import io.fanatic.netlink.bpf.GateProgramSpec;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.kernel.Kernel;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The eBPF programs of one specification on one device.
 *
 * @param device has the programs
 * @param keeper the device of ours whose alias records them; mostly the same
 * @param thing what a plan calls them, where another device records them
 * @param spec what they are; empty: programs of ours that are no longer what any fan needs
 */
public record ProgramsResource(String device, String keeper, String thing, Optional<ProgramSpec> spec)
        implements Resource {
    /** The guard of the fast path on the underlay's device. */
    public static final String FAST_PATH = "fast-path";

    /** The guard there of packets without encapsulation. */
    public static final String DIRECT = "direct";

    /** Programs on a device of ours. */
    public ProgramsResource(String device, ProgramSpec spec) {
        this(device, device, "", Optional.of(spec));
    }

    @Override
    public String key() {
        return device.equals(keeper)
                ? (isGate() ? "gate " : "programs ") + device
                : thing + " " + device + " for " + keeper;
    }

    /** A guard on the underlay's device: what that of the fast path lets in, the tunnel's guard has to know. So it goes before that is replaced. */
    @Override
    public boolean goesFirst() {
        return !device.equals(keeper);
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
    public String creating() {
        return "attach " + what() + " to " + where();
    }

    @Override
    public String deleting() {
        return "detach the eBPF " + (isOne() ? nameOfOne() : "programs") + " from " + device;
    }

    @Override
    public String changing(Resource from) {
        return "replace the eBPF " + (isOne() ? nameOfOne() : "programs") + " on " + where();
    }

    private String what() {
        return "the eBPF " + (isOne() ? nameOfOne() : "programs encap and guard");
    }

    private String where() {
        return isOne()
                ? device
                : device + " (" + Text.join(" and ", spec.orElseThrow().localAddresses()) + ")";
    }

    private boolean isOne() {
        return isGate() || !device.equals(keeper);
    }

    private String nameOfOne() {
        return isGate()
                ? "program gate"
                : "program guard of " + (thing.equals(DIRECT) ? "direct packets" : "the fast path");
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
                && thing.equals(that.thing)
                && spec.equals(that.spec);
    }

    @Override
    public int hashCode() {
        return Objects.hash(device, keeper, thing, spec);
    }
}
