package io.fanatic.netlink.route;

import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Request;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;

/**
 * BPF programs at tc's ingress and egress through the clsact qdisc (tc-bpf(8)), for kernels without tcx, and the list of
 * qdiscs. Never delete a clsact that others may use: with it go their filters.
 */
public final class TrafficControl {
    /** Where a filter sits; the number is that of linux/pkt_sched.h. */
    public enum Direction {
        INGRESS(0xfffffff2),
        EGRESS(0xfffffff3);

        private final int parent;

        Direction(int parent) {
            this.parent = parent;
        }
    }

    static final int TCMSG_LENGTH = 20;
    static final int TCA_KIND = 1;
    static final int TCA_OPTIONS = 2;
    static final int TCA_BPF_FD = 6;
    static final int TCA_BPF_NAME = 7;
    static final int TCA_BPF_FLAGS = 8;
    static final int TCA_BPF_ID = 11;
    static final int TCA_BPF_FLAG_ACT_DIRECT = 1;

    private static final int RTM_NEWQDISC = 36;
    private static final int RTM_DELQDISC = 37;
    private static final int RTM_GETQDISC = 38;
    private static final int RTM_NEWTFILTER = 44;
    private static final int RTM_DELTFILTER = 45;
    private static final int RTM_GETTFILTER = 46;
    private static final int TC_H_CLSACT = 0xfffffff1;
    private static final int CLSACT_HANDLE = 0xffff0000;
    private static final int ETH_P_ALL = 3;

    private final NetlinkSocket socket;

    public TrafficControl(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The qdiscs of all interfaces, except the kernel's default ones that it does not name. */
    public List<Qdisc> qdiscs() {
        Request request = socket.request(RTM_GETQDISC, 0);
        putTcmsg(request, 0, 0, 0, 0);
        return socket.dump("list qdiscs", request, new QdiscReader());
    }

    /** Whether the interface has a clsact, ours or not. */
    public boolean hasClsact(int index) {
        for (Qdisc qdisc : qdiscs()) {
            if (qdisc.index() == index && qdisc.kind().equals("clsact")) {
                return true;
            }
        }
        return false;
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException EEXIST when the interface has a clsact or ingress qdisc */
    public void addClsact(int index) {
        Request request = socket.request(RTM_NEWQDISC, Request.F_CREATE | Request.F_EXCL);
        putTcmsg(request, index, CLSACT_HANDLE, TC_H_CLSACT, 0);
        socket.execute("add clsact to link " + index, request.string(TCA_KIND, "clsact"));
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException ENOENT or EINVAL when there is none */
    public void deleteClsact(int index) {
        Request request = socket.request(RTM_DELQDISC, 0);
        putTcmsg(request, index, CLSACT_HANDLE, TC_H_CLSACT, 0);
        socket.execute("delete clsact from link " + index, request.string(TCA_KIND, "clsact"));
    }

    /**
     * Whether there is a filter for what the interface receives, of any kind, in clsact or in the older ingress qdisc.
     *
     * @param ours numbers of the programs whose filters do not count
     */
    public boolean hasOtherIngressFilters(int index, Set<Integer> ours) {
        for (Qdisc qdisc : qdiscs()) {
            if (qdisc.index() == index && qdisc.kind().equals("ingress")) {
                return true;
            }
        }
        int known = 0;
        for (BpfFilter filter : filters(index, Direction.INGRESS)) {
            known++;
            if (!ours.contains(filter.programId())) {
                return true;
            }
        }
        Request request = socket.request(RTM_GETTFILTER, 0);
        putTcmsg(request, index, 0, Direction.INGRESS.parent, 0);
        // A priority also lists itself, as a filter with handle 0.
        List<Integer> handles =
                socket.dump("list filters of link " + index, request, (reply, found) -> found.add(reply.u32(8)));
        handles.removeIf(handle -> handle == 0);
        return handles.size() > known;
    }

    /** The BPF filters of one direction in their order; none when there is no clsact. */
    public List<BpfFilter> filters(int index, Direction direction) {
        Request request = socket.request(RTM_GETTFILTER, 0);
        putTcmsg(request, index, 0, direction.parent, 0);
        return socket.dump("list filters of link " + index, request, new FilterReader(direction));
    }

    /**
     * Puts a program for all protocols, its result being the verdict, at this priority and handle; one that is there is
     * replaced without a gap.
     *
     * @param programFd an open file of a program of type BPF_PROG_TYPE_SCHED_CLS
     * @param name for people, as tc(8) shows it
     */
    public void replaceFilter(int index, Direction direction, int priority, int handle, int programFd, String name) {
        Request request = socket.request(RTM_NEWTFILTER, Request.F_CREATE);
        putTcmsg(request, index, handle, direction.parent, info(priority));
        request.string(TCA_KIND, "bpf").nest(TCA_OPTIONS);
        request.u32(TCA_BPF_FD, programFd).string(TCA_BPF_NAME, name);
        request.u32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT).end();
        socket.execute("attach program " + name + " to link " + index, request);
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException ENOENT or EINVAL when there is no such filter */
    public void deleteFilter(int index, Direction direction, int priority, int handle) {
        Request request = socket.request(RTM_DELTFILTER, 0);
        putTcmsg(request, index, handle, direction.parent, info(priority));
        request.string(TCA_KIND, "bpf");
        socket.execute("detach the program at priority " + priority + " from link " + index, request);
    }

    /** Priority in the upper half; in the lower the protocol in network byte order. */
    private static int info(int priority) {
        return priority << 16 | networkOrder(ETH_P_ALL);
    }

    static int networkOrder(int protocol) {
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        return little ? Short.reverseBytes((short) protocol) & 0xffff : protocol;
    }

    /** struct tcmsg of linux/rtnetlink.h. */
    private static void putTcmsg(Request request, int index, int handle, int parent, int info) {
        request.put8(0)
                .put8(0)
                .put16(0)
                .put32(index)
                .put32(handle)
                .put32(parent)
                .put32(info);
    }
}
