package io.fanatic.cli;

import io.fanatic.cli.command.Console;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.wire.NetlinkSocket;

/**
 * Does once what the quick commands do, so that the JVM can note their classes in its start-up archive. The launcher runs
 * it after a build, in network and mount namespaces of its own; no person does.
 *
 * <p>With the argument {@code apart} it is in such a namespace, and brings a real fan up and down in there.
 */
final class CdsTraining {
    private CdsTraining() {}

    public static void main(String[] args) {
        fanatic("map", "10.0.45.7", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8");
        fanatic("map", "10.0.45.7", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8", "--json");
        fanatic("map", "--help");
        fanctl("help");
        fanctl("up", "--help");
        fanctl("upp");
        fanctl("show", "--json");
        if (args.length == 1 && args[0].equals("apart")) {
            fan();
        }
        fanctl("show");
    }

    private static void fan() {
        try (NetlinkSocket socket = NetlinkSocket.open()) {
            Links links = new Links(socket);
            links.setUp(1, true);
            int underlay = underlay(links);
            new Addresses(socket).add(InterfaceAddress.of(underlay, Ipv4Address.parse("10.0.0.1"), 16, 0));
        }
        fanctl("up", "-u", "10.0.0.1/16", "-o", "250.0.0.0/8", "--dry-run");
        fanctl("up", "-u", "10.0.0.1/16", "-o", "250.0.0.0/8");
        fanctl("up", "-u", "10.0.0.1/16", "-o", "250.0.0.0/8");
        fanctl("show");
        fanctl("show", "--json", "--stats");
        fanctl("down", "-u", "10.0.0.1/16", "-o", "250.0.0.0/8", "--dry-run");
        fanctl("down", "-u", "10.0.0.1/16", "-o", "250.0.0.0/8");
    }

    /** One that the fast path can take; a bridge, which every fan needs, on a kernel without. */
    private static int underlay(Links links) {
        try {
            return links.create(NewLink.veth("underlay0", "peer0").up());
        } catch (ErrnoException e) {
            return links.create(NewLink.bridge("underlay0").up());
        }
    }

    private static void fanctl(String... words) {
        new Fanctl().run(words, Console.ofThisProcess());
    }

    private static void fanatic(String... words) {
        new Fanatic().run(words, Console.ofThisProcess());
    }
}
