package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** That the host sends what is for other slices of the IPv6 overlay through the tunnel. */
public record Ipv6RouteResource(Ipv6State.Route route) implements Resource {

    @Override
    public String key() {
        return "route " + route.destination();
    }

    @Override
    public boolean goesFirst() {
        return true; // while the bridge has IPv6: what ends with that is not undone by switching it on again
    }

    @Override
    public void create(Kernel kernel) {
        kernel.putIpv6Route(route);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteIpv6Route(route);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        create(kernel);
    }

    @Override
    public String creating() {
        return "add route " + route;
    }

    @Override
    public String deleting() {
        return "remove route " + route;
    }

    @Override
    public String changing(Resource from) {
        return "change route to " + route;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6RouteResource that && route.equals(that.route);
    }

    @Override
    public int hashCode() {
        return route.hashCode();
    }
}
