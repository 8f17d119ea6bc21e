package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Prefix;

/**
 * An IPsec policy that drops a tunnel's packets which no policy of better priority wants encrypted: so nothing leaves or comes in
 * as clear text where IPsec is not there.
 *
 * @param incoming whether it is for packets that this host receives; else for those that it sends
 * @param remote the other hosts: sources of what comes in, destinations of what is sent
 * @param port the UDP destination port, 1 to 65535; 0 for IPIP, which is an IP protocol of its own
 */
public record BlockPolicy(boolean incoming, Ipv4Prefix remote, int port) {
    /** {@code out to 10.0.0.0/16 port 8472}, {@code in from 10.0.0.0/16 ipip}. */
    @Override
    public String toString() {
        return (incoming ? "in from " : "out to ") + remote + (port == 0 ? " ipip" : " port " + port);
    }
}
