package io.fanatic.netlink.names;

import io.fanatic.core.Ipv4Address;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Finds the address of another host by its name in the underlay. */
public interface HostResolver {

    /** The host's own resolver, as getaddrinfo(3) has it: /etc/hosts, DNS, and what else nsswitch.conf(5) names. */
    HostResolver SYSTEM = label -> {
        List<Ipv4Address> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(label)) {
            if (address instanceof Inet4Address) {
                addresses.add(
                        Ipv4Address.of(ByteBuffer.wrap(address.getAddress()).getInt()));
            }
        }
        return addresses;
    };

    /**
     * Looks a host up. Called on a thread of its own; may block.
     *
     * @param label one label in small letters, without dots
     * @return its IPv4 addresses, in the order of preference
     * @throws UnknownHostException when there is no such host, or it cannot be found out
     */
    List<Ipv4Address> addresses(String label) throws UnknownHostException;
}
