package io.fanatic.cli.container.docker;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.Optional;

/**
 * A bridge in the place of a fan's that is not up: empty, down, with the host address, as Docker makes one for a network of its
 * own. Docker does not start without the bridge of its default network, and Docker 25 to 28 not even when it is back ({@link
 * DockerStore}). {@code fanctl up} takes it over.
 */
public final class SpareBridge {
    private SpareBridge() {}

    /**
     * Makes it where Docker's default network is set to a bridge that is not there. Never fails, as that is not what its caller is
     * for.
     *
     * @return what a person should know of it, a sentence; empty when there was nothing to do
     */
    public static Optional<String> make() {
        Journal journal = Journal.of(Journal.DIRECTORY, DockerDefaultBridge.NOTE);
        if (!journal.exists()) {
            return Optional.empty();
        }
        try {
            return journal.read()
                    .flatMap(note -> FanAttachment.entry(note.fan()))
                    .flatMap(FanAttachment::ofGone)
                    .filter(SpareBridge::made)
                    .map(fan -> "an empty bridge " + fan.bridge()
                            + " stands in for the fan's, as Docker does not start without it; \"fanatic"
                            + " disable-docker\" ends that");
        } catch (CommandException | ErrnoException e) {
            return Optional.of(
                    "no bridge stands in for the fan's, without which Docker does not start: " + e.getMessage());
        }
    }

    private static boolean made(FanAttachment fan) {
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            Links links = new Links(netlink);
            if (links.named(fan.bridge()).isPresent()) {
                return false;
            }
            FanSlice slice = fan.slice();
            int index = links.create(NewLink.bridge(fan.bridge()));
            new Addresses(netlink)
                    .add(InterfaceAddress.of(
                            index, slice.hostAddress(), fan.subnet().prefixLength(), 0));
            return true;
        }
    }

    /** Whether the fan's bridge is one that no fan has: made here, or by Docker for its own network. */
    public static boolean isThere(FanAttachment fan) {
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            return find(netlink, fan).isPresent();
        }
    }

    /** Takes it away, wherever {@link #isThere}. */
    static void remove(FanAttachment fan) {
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            find(netlink, fan).ifPresent(bridge -> new Links(netlink).delete(bridge.index(), bridge.name()));
        }
    }

    private static Optional<Link> find(NetlinkSocket netlink, FanAttachment fan) {
        Links links = new Links(netlink);
        Ipv4Address host = fan.slice().hostAddress();
        return links.named(fan.bridge())
                .filter(link -> link.kind().equals("bridge") && link.alias().isEmpty())
                .filter(link -> links.list().stream().noneMatch(port -> port.master() == link.index()))
                .filter(link -> new Addresses(netlink)
                        .list().stream()
                                .filter(address -> address.index() == link.index())
                                .map(InterfaceAddress::address)
                                .allMatch(host::equals));
    }
}
