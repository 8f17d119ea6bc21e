package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * That what comes in by the host's devices for containers, answers above all, is forwarded, and that it was us who switched it on.
 *
 * @param everywhere by net.ipv4.ip_forward, as earlier versions did; otherwise by the devices' own switches
 * @param devices those that we switched on; empty when it is everywhere
 */
public record ForwardingResource(boolean everywhere, List<String> devices) implements Resource {

    public ForwardingResource {
        devices = List.copyOf(devices);
    }

    @Override
    public String key() {
        return "forwarding";
    }

    @Override
    public void create(Kernel kernel) {
        if (everywhere) {
            kernel.forwardEverywhere();
        } else {
            kernel.forward(devices);
        }
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.restoreForwarding();
    }

    @Override
    public String creating() {
        return everywhere
                ? "set net.ipv4.ip_forward to 1, as it was"
                : "forward what comes in by " + Text.join(", ", devices) + " (noted, to be set back by down)";
    }

    @Override
    public String deleting() {
        return "set forwarding back to what it was, unless somebody else needs it now";
    }

    @Override
    public String changing(Resource from) {
        boolean narrows = from instanceof ForwardingResource before && before.everywhere && !everywhere;
        return narrows
                ? "set net.ipv4.ip_forward back to 0 and only " + creating()
                : creating() + (from instanceof ForwardingResource before ? was(before.devices) : "");
    }

    private static String was(List<String> devices) {
        return devices.isEmpty() ? "" : "; so far by " + Text.join(", ", devices);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ForwardingResource that
                && everywhere == that.everywhere
                && devices.equals(that.devices);
    }

    @Override
    public int hashCode() {
        return Objects.hash(everywhere, devices);
    }
}
