package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.ProgramSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The two eBPF programs on the tunnel. */
record ProgramsResource(String tunnel, ProgramSpec spec) implements Resource {

    @Override
    public String key() {
        return "programs " + tunnel;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.attachPrograms(tunnel, spec);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.detachPrograms(tunnel);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        kernel.attachPrograms(tunnel, spec);
    }

    @Override
    public String creating() {
        return "attach the eBPF programs encap and guard to " + tunnel + " (" + addresses() + ")";
    }

    @Override
    public String deleting() {
        return "detach the eBPF programs from " + tunnel;
    }

    @Override
    public String changing(Resource from) {
        return "replace the eBPF programs on " + tunnel + " (" + addresses() + ")";
    }

    private String addresses() {
        return Text.join(" and ", spec.localAddresses());
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProgramsResource that && tunnel.equals(that.tunnel) && spec.equals(that.spec);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tunnel, spec);
    }
}
