package io.fanatic.harness.probe;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;

/**
 * From one host's underlay address to another host, packed as IPIP (RFC 2003): {@link TunnelFrameSender} for that kind of tunnel. Of each
 * frame the Ethernet header is left behind.
 *
 * @param host the sending host
 * @param from its underlay address
 * @param to the underlay address of the host to be deceived
 */
public record IpipFrameSender(Namespace host, Ipv4Address from, Ipv4Address to) implements FrameSender {
    private static final MacAddress MAC = new MacAddress(0x0e_00_00_00_00_01L);
    private static final int ETHERNET = 14;

    @Override
    public Open open() {
        return new RawFrames(host.call(() -> Sockets.raw(Sockets.IPPROTO_IPIP, from, to)), MAC, ETHERNET);
    }
}
