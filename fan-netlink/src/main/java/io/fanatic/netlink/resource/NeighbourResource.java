package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** The gateway of this host into the IPv6 overlay: a neighbour on the bridge that need not be asked for. */
public record NeighbourResource(Ipv6State.Neighbour neighbour) implements Resource {

    @Override
    public String key() {
        return "neighbour " + neighbour.address() + " on " + neighbour.link();
    }

    @Override
    public boolean goesFirst() {
        return true; // while the bridge has IPv6: what ends with that is not undone by switching it on again
    }

    @Override
    public void create(Kernel kernel) {
        kernel.putNeighbour(neighbour);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteNeighbour(neighbour);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        create(kernel);
    }

    @Override
    public String creating() {
        return "add neighbour " + neighbour;
    }

    @Override
    public String deleting() {
        return "remove neighbour " + neighbour;
    }

    @Override
    public String changing(Resource from) {
        return "change neighbour to " + neighbour;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NeighbourResource that && neighbour.equals(that.neighbour);
    }

    @Override
    public int hashCode() {
        return neighbour.hashCode();
    }
}
