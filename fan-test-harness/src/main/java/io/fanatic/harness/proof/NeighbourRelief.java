package io.fanatic.harness.proof;

import io.fanatic.harness.lab.LabNode;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps the kernel's ARP table from running over. All namespaces of a machine share one, of 1024 entries
 * (net.ipv4.neigh.default.gc_thresh3, which a namespace cannot change), and entries younger than five seconds are not given
 * up; a matrix of 64 hosts would need 8064. Real hosts have a table each. So namespaces whose turn is over drop their
 * ARP entries.
 *
 * <p>Only when nobody is under way: the kernel deletes an entry in two steps, and a packet that comes between them waits for an answer that
 * nobody asks for any more.
 */
final class NeighbourRelief implements AutoCloseable {
    /** Each pair adds up to four: either side learns the other, on the underlay and in the fan. */
    static final int PAIRS = 64;

    private final Map<String, NetlinkSocket> sockets = new HashMap<>();
    private final Set<LabNode> met = new LinkedHashSet<>();
    private int pairs;

    /**
     * To be called before a pair begins.
     *
     * @param running what the pairs before it do; waited for when entries are dropped
     */
    void before(NodePair pair, List<? extends CompletableFuture<?>> running) {
        if (++pairs > PAIRS) {
            running.forEach(CompletableFuture::join);
            forget();
        }
        add(pair.from());
        add(pair.to());
    }

    private void add(LabNode node) {
        met.add(node);
        met.add(node.host());
    }

    private void forget() {
        for (LabNode node : met) {
            NetlinkSocket socket = sockets.computeIfAbsent(
                    node.name(), name -> node.namespace().call(NetlinkSocket::open));
            forget(new Neighbours(socket));
        }
        met.clear();
        pairs = 1;
    }

    /**
     * Questions without an answer yet stay: who waits for one would be told that there is no route. Those that nobody
     * answered stay too, since the kernel gives them up at any age.
     */
    static void forget(Neighbours neighbours) {
        for (Neighbour each : neighbours.list()) {
            if (each.learned()) {
                try {
                    neighbours.delete(each.index(), each.address());
                } catch (NetlinkException gone) {
                    // The kernel was quicker.
                    continue;
                }
            }
        }
    }

    @Override
    public void close() {
        forget();
        sockets.values().forEach(NetlinkSocket::close);
        sockets.clear();
    }
}
