package io.fanatic.netlink.host;

import java.util.List;

/**
 * What a DHCP server is to do.
 *
 * @param bridge the interface that it serves
 * @param ranges one for each slice on the bridge
 * @param mtu told to every client (option 26), in bytes
 * @param dns whether it also answers DNS queries, by asking the servers of this host's /etc/resolv.conf
 */
public record DhcpSpec(String bridge, List<DhcpRange> ranges, int mtu, boolean dns) {
    public DhcpSpec {
        ranges = List.copyOf(ranges);
    }
}
