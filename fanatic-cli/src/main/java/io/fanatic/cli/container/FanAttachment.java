package io.fanatic.cli.container;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.engine.Fan;

/**
 * What a container engine must know of a fan that is up: where to plug its containers in, and which addresses are theirs.
 *
 * @param type of the tunnel
 * @param bridge name of the fan's bridge; the engine's network or profile gets the same name
 * @param slice the addresses, of one underlay address of this host
 * @param mtu largest IPv4 packet, bytes
 * @param dhcp whether the fan leases addresses in the slice
 */
public record FanAttachment(TunnelType type, String bridge, FanSlice slice, int mtu, boolean dhcp) {

    /** A slice of a fan on this host. */
    public static FanAttachment of(Fan fan, FanSlice slice) {
        return new FanAttachment(fan.type(), fan.bridge(), slice, fan.mtu(), fan.leases(slice.underlayAddress()));
    }

    public FanMapping mapping() {
        return slice.mapping();
    }

    public Cidr overlay() {
        return mapping().overlay();
    }

    /** What containers reach without a router, and so the network that their engine is to believe in. */
    public Cidr subnet() {
        return Cidr.containing(slice.hostAddress(), type.prefixLength(mapping()));
    }
}
