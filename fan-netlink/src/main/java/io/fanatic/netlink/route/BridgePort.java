package io.fanatic.netlink.route;

/**
 * A network interface as a port of a bridge, or as one that could be.
 *
 * @param index the kernel's number for it
 * @param name at most 15 bytes
 * @param up whether it was switched on (IFF_UP)
 * @param running whether it can carry packets (IFF_RUNNING)
 * @param arp whether it asks and answers by ARP, as it does unless IFF_NOARP is set
 * @param master the bridge that it is a port of; 0 when none
 * @param peer the index of a veth's other end; 0 when none
 * @param peerNamespace the kernel's number, in this namespace, for the one that the other end is in; -1 when it is this one
 * @param state BR_STATE_* of linux/if_bridge.h: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking; 3 when it is no port
 * @param isolated whether the bridge passes nothing from it to another isolated port
 */
public record BridgePort(
        int index,
        String name,
        boolean up,
        boolean running,
        boolean arp,
        int master,
        int peer,
        int peerNamespace,
        int state,
        boolean isolated) {
    public static final int DISABLED = 0;
    public static final int FORWARDING = 3;
    public static final int BLOCKING = 4;

    /** Whether it is a port that could carry packets and that its bridge passes nothing of. */
    public boolean stopped() {
        return master != 0 && up && running && (state == DISABLED || state == BLOCKING);
    }
}
