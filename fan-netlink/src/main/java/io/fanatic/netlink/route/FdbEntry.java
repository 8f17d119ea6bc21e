package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import java.util.Optional;

/**
 * An entry of a forwarding database: behind which port of a bridge, or which remote of a VXLAN device, a MAC address is.
 *
 * @param index the port or the VXLAN device
 * @param mac the address; all zeros in a VXLAN's default entry
 * @param vlan 0 when none
 * @param destination the remote host, in a VXLAN's own entries
 * @param vni the VNI if it is not the device's, else 0
 * @param master the bridge whose entry it is; 0 when it is the device's own
 * @param state NUD_* of linux/neighbour.h
 * @param flags NTF_* of linux/neighbour.h
 */
public record FdbEntry(
        int index,
        MacAddress mac,
        int vlan,
        Optional<Ipv4Address> destination,
        int vni,
        int master,
        int state,
        int flags) {
    /** Whether it was configured, or is the port's own address, and stays, unlike one that was learned. */
    public boolean permanent() {
        return (state & Neighbours.NUD_PERMANENT) != 0;
    }

    /** Whether a bridge keeps it where it is, even if a frame from this address comes in by another port. */
    public boolean sticky() {
        return (flags & ForwardingDatabase.NTF_STICKY) != 0;
    }

    /** Whether it was learned from traffic and ages: not permanent, static or entered by a control plane. */
    public boolean learned() {
        return (state & (Neighbours.NUD_PERMANENT | Neighbours.NUD_NOARP)) == 0
                && (flags & ForwardingDatabase.NTF_EXT_LEARNED) == 0;
    }
}
