package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** That the tunnel is a port of the bridge. */
public record PortResource(String tunnel, String bridge) implements Resource {

    @Override
    public String key() {
        return "port " + tunnel;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.setMaster(tunnel, Optional.of(bridge));
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.setMaster(tunnel, Optional.empty());
    }

    @Override
    public String creating() {
        return "make " + tunnel + " a port of " + bridge;
    }

    @Override
    public String deleting() {
        return "take " + tunnel + " out of " + bridge;
    }

    @Override
    public String changing(Resource from) {
        return "move " + tunnel + " from " + ((PortResource) from).bridge + " to " + bridge;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PortResource that && tunnel.equals(that.tunnel) && bridge.equals(that.bridge);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tunnel, bridge);
    }
}
