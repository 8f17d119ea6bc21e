package io.fanatic.netlink.host;

import io.fanatic.core.FanSlice;
import io.fanatic.core.TunnelType;
import java.util.ArrayList;
import java.util.List;

/**
 * A DHCP server as it shall be or is; {@link Dnsmasq} runs it.
 *
 * @param bridge the interface that it serves
 * @param mtu told to every client (option 26), in bytes
 * @param ranges one for each slice on the bridge
 * @param dns whether it also answers DNS queries, by asking the servers of this host's /etc/resolv.conf
 */
public record DhcpServer(String bridge, int mtu, List<DhcpRange> ranges, boolean dns) {
    /** Copies the list. */
    public DhcpServer {
        ranges = List.copyOf(ranges);
    }

    /**
     * {@return a server that leases all of these slices past their host reserves, and answers no DNS queries}
     *
     * @param bridge the interface that it serves
     * @param mtu told to every client, bytes
     * @param type the tunnel's kind
     * @param slices on the bridge
     */
    public static DhcpServer of(String bridge, int mtu, TunnelType type, List<FanSlice> slices) {
        List<DhcpRange> ranges = new ArrayList<>();
        for (FanSlice slice : slices) {
            ranges.add(DhcpRange.of(slice, type));
        }
        return new DhcpServer(bridge, mtu, ranges, false);
    }
}
