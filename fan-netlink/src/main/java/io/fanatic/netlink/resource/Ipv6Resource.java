package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * A part of a fan's IPv6 overlay on a host: an address on the bridge; the gateway of this host into the overlay, a neighbour on the bridge
 * that need not be asked for; that the bridge sends to the tunnel what is for that gateway; the route of the host to other slices.
 */
public record Ipv6Resource(Ipv6State.Part part) implements Resource {

    @Override
    public String key() {
        if (part instanceof Ipv6State.Entry entry) {
            return "forwarding-entry " + entry.mac();
        }
        if (part instanceof Ipv6State.Neighbour neighbour) {
            return "neighbour " + neighbour.address() + " on " + neighbour.link();
        }
        return part instanceof Ipv6State.Route route ? "route " + route.destination() : "address " + part;
    }

    @Override
    public boolean goesFirst() {
        return true; // while the bridge has IPv6: what ends with that is not undone by switching it on again
    }

    @Override
    public void create(Kernel kernel) {
        kernel.putIpv6(part);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteIpv6(part);
    }

    /** An entry may be at another port. */
    @Override
    public void change(Kernel kernel, Resource from) {
        if (part instanceof Ipv6State.Entry) {
            from.delete(kernel);
        }
        create(kernel);
    }

    @Override
    public String creating() {
        return (part instanceof Ipv6State.Entry ? "send to the tunnel: " : "add " + noun()) + part;
    }

    @Override
    public String deleting() {
        return (part instanceof Ipv6State.Entry ? "no longer send to the tunnel: " : "remove " + noun()) + part;
    }

    @Override
    public String changing(Resource from) {
        return part instanceof Ipv6State.Neighbour || part instanceof Ipv6State.Route
                ? "change " + noun() + "to " + part
                : creating();
    }

    private String noun() {
        if (part instanceof Ipv6State.Neighbour) {
            return "neighbour ";
        }
        return part instanceof Ipv6State.Route ? "route " : "address ";
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6Resource that && part.equals(that.part);
    }

    @Override
    public int hashCode() {
        return part.hashCode();
    }
}
