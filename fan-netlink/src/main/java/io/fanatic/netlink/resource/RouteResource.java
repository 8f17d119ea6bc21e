package io.fanatic.netlink.resource;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.RouteState;
import java.util.Optional;

/**
 * That packets to an overlay go to its tunnel, where the bridge does not carry them there.
 *
 * @param destination the overlay
 * @param tunnel the device
 * @param source what the host itself sends from: its host address
 * @param mtu bytes, as the tunnel may be wider than the fan; 0 for none
 */
public record RouteResource(Ipv4Prefix destination, String tunnel, Optional<Ipv4Address> source, int mtu)
        implements Resource {

    @Override
    public String key() {
        return "route " + destination;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.putRoute(state());
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteRoute(state());
    }

    @Override
    public String creating() {
        return "add route " + state().description();
    }

    @Override
    public String deleting() {
        return "remove route " + state().description();
    }

    @Override
    public String changing(Resource from) {
        return "change route to " + state().description();
    }

    private RouteState state() {
        String words = destination + " dev " + tunnel
                + source.map(address -> " src " + address).orElse("") + (mtu == 0 ? "" : " mtu " + mtu);
        return new RouteState(destination, RouteState.MAIN, Optional.of(tunnel), source, mtu, words);
    }
}
