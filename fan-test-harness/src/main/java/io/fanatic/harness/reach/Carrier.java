package io.fanatic.harness.reach;

import io.fanatic.core.TunnelType;
import io.fanatic.netlink.engine.Fan;

/**
 * In what a fan's packets travel over the underlay.
 *
 * @param type of the tunnel
 * @param port UDP port that VXLAN packets are sent to; 0 of IPIP
 * @param vni VXLAN network identifier; 0 of IPIP
 */
public record Carrier(TunnelType type, int port, int vni) {
    static final Carrier IPIP = new Carrier(TunnelType.IPIP, 0, 0);

    static Carrier of(Fan fan) {
        return new Carrier(fan.type(), fan.port(), fan.vni());
    }

    /** What a filter knows it by: {@code UDP 8472}, {@code IP protocol 4 (IPIP)}. */
    @Override
    public String toString() {
        return type == TunnelType.VXLAN ? "UDP " + port : "IP protocol 4 (IPIP)";
    }
}
