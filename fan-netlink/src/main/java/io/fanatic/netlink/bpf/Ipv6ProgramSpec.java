package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.MacAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the programs of a VXLAN fan with an IPv6 overlay depend on beside {@link FanProgramSpec}.
 *
 * @param mapping the IPv6 overlay, over the underlay of the fan
 * @param bridge the Ethernet address of the bridge, which guard writes as the destination of what it lets in
 * @param router the Ethernet address that the bridge has at the tunnel's port: what the host sends into the overlay goes there
 */
public record Ipv6ProgramSpec(Ipv6Mapping mapping, MacAddress bridge, MacAddress router) {

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6ProgramSpec that
                && mapping.equals(that.mapping)
                && bridge.equals(that.bridge)
                && router.equals(that.router);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mapping, bridge, router);
    }
}
