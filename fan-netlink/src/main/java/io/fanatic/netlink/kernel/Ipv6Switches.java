package io.fanatic.netlink.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The switches of a bridge's IPv6, net.ipv6.conf.*.
 *
 * @param on whether the host takes and sends IPv6 there (disable_ipv6 is 0)
 * @param router whether it does so as a router (forwarding)
 * @param acceptRa whether it believes routers (accept_ra)
 * @param acceptDad whether it asks first whether an address is free (accept_dad)
 */
public record Ipv6Switches(boolean on, boolean router, int acceptRa, int acceptDad) {

    /** Of a fan without an IPv6 overlay. */
    public static final Ipv6Switches OFF = new Ipv6Switches(false, false, 0, 0);

    /** Of a fan with an IPv6 overlay: a router that believes none. */
    public static final Ipv6Switches ROUTER = new Ipv6Switches(true, true, 0, 0);

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6Switches that
                && on == that.on
                && router == that.router
                && acceptRa == that.acceptRa
                && acceptDad == that.acceptDad;
    }

    @Override
    public int hashCode() {
        return Objects.hash(on, router, acceptRa, acceptDad);
    }
}
