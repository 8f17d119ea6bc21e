package io.fanatic.harness.reach;

import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;

/**
 * What explanations say differently by transport.
 *
 * @param refusal what it means that the other host refuses the tunnel's packets
 * @param flags what {@code fanctl up} takes to bring such a fan up
 * @param silence another reason why nothing comes back
 */
record TransportWords(String refusal, String flags, String silence) {

    static TransportWords of(Transport transport) {
        return transport.match(new Transport.Cases<>() {
            @Override
            public TransportWords vxlan(Transport.Vxlan vxlan) {
                return new TransportWords(
                        "(port unreachable): no fan is up there, or one with another UDP port",
                        "",
                        "or the fan there has another VNI than " + vxlan.vni());
            }

            @Override
            public TransportWords ipip(Transport.Ipip ipip) {
                return new TransportWords(
                        "(unreachable): no IPIP fan is up there",
                        " -t ipip",
                        "as many clouds drop all but TCP, UDP and ICMP; a fan of type vxlan needs UDP "
                                + TunnelType.DEFAULT_VXLAN_PORT + " only");
            }
        });
    }
}
