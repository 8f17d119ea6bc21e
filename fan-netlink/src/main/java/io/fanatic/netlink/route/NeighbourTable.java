package io.fanatic.netlink.route;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import io.fanatic.netlink.wire.Request;
import java.util.List;

/**
 * The table of all neighbours of one family, which all network namespaces share, as {@code ip ntable} shows it.
 *
 * @param family whose
 * @param entries in it, those of all namespaces and permanent ones included
 * @param limit of entries that are not permanent (gc_thresh3)
 * @param fulls how often an entry was refused since the machine came up (table_fulls)
 */
public record NeighbourTable(IpFamily family, long entries, long limit, long fulls) {
    private static final int RTM_GETNEIGHTBL = 66;
    private static final int NDTMSG_LENGTH = 4;
    private static final int NDTA_THRESH3 = 4;
    private static final int NDTA_CONFIG = 5;
    private static final int NDTA_STATS = 7;

    /** In struct ndt_config. */
    private static final int ENTRIES = 4;

    /** In struct ndt_stats, after ten others; earlier kernels have nine. */
    private static final int TABLE_FULLS = 10 * 8;

    /** Of both families, or of IPv4 where there is no IPv6. */
    public static List<NeighbourTable> list(NetlinkSocket socket) {
        Request request = socket.request(RTM_GETNEIGHTBL, 0);
        request.put32(0);
        return socket.dump("list neighbour tables", request, new Reader());
    }

    private static final class Reader implements ReplyReader<NeighbourTable> {
        @Override
        public void read(Reply reply, List<? super NeighbourTable> found) {
            long entries = 0;
            long limit = 0;
            long fulls = 0;
            Attributes attributes = reply.attributes(NDTMSG_LENGTH);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case NDTA_THRESH3 -> limit = Integer.toUnsignedLong(attributes.u32());
                    case NDTA_CONFIG -> entries = Integer.toUnsignedLong(attributes.u32(ENTRIES));
                    case NDTA_STATS -> fulls = attributes.length() > TABLE_FULLS ? attributes.u64(TABLE_FULLS) : 0;
                    default -> {
                        // What it is called, and of single devices.
                    }
                }
            }
            // The settings of single devices come by themselves, without a limit.
            if (limit > 0) {
                found.add(new NeighbourTable(Families.of(reply.u8(0)), entries, limit, fulls));
            }
        }
    }
}
