package io.fanatic.cli.container;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;

/**
 * What a container engine must know of a fan that is up: where to plug its containers in, and which addresses are theirs.
 *
 * @param bridge name of the fan's bridge; the engine's network or profile gets the same name
 * @param slice the addresses, of one underlay address of this host
 * @param mtu largest IPv4 packet, bytes
 * @param dhcp whether the fan leases addresses in the slice
 */
public record FanAttachment(String bridge, FanSlice slice, int mtu, boolean dhcp) {

    public FanMapping mapping() {
        return slice.mapping();
    }

    public Cidr overlay() {
        return mapping().overlay();
    }
}
