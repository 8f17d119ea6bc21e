package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * A bridge that remembers Ethernet addresses. Where packets come without encapsulation, it hears from other hosts' containers only by their
 * ARP; without this it would forget them in the middle of a connection, and flood what is for them to all its ports.
 *
 * @param bridge its name
 */
public record RememberingResource(String bridge) implements Resource {
    @Override
    public String key() {
        return "remembering " + bridge;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.setRemembering(bridge, true);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.setRemembering(bridge, false);
    }

    @Override
    public String creating() {
        return "let bridge " + bridge + " remember Ethernet addresses";
    }

    @Override
    public String deleting() {
        return "let bridge " + bridge + " forget Ethernet addresses after five minutes";
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RememberingResource that && bridge.equals(that.bridge);
    }

    @Override
    public int hashCode() {
        return bridge.hashCode();
    }
}
