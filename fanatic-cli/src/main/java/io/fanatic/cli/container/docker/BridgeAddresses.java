package io.fanatic.cli.container.docker;

import io.fanatic.cli.container.FanAttachment;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;

/** The addresses that a fan's bridge carries. */
final class BridgeAddresses {
    private BridgeAddresses() {}

    /** Whether the bridge has addresses of other slices; the host reserve of this one does not count. */
    static boolean haveOtherSlices(FanAttachment fan) {
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            return new Links(netlink)
                    .named(fan.bridge()).stream()
                            .flatMap(link -> new Addresses(netlink)
                                    .list().stream().filter(address -> address.index() == link.index()))
                            .map(InterfaceAddress::address)
                            .anyMatch(address -> !fan.slice().cidr().contains(address));
        }
    }
}
