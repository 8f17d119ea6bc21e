package io.fanatic.netlink.route;

import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import java.util.List;

/** RTM_NEWTFILTER as the kernel sends it, to {@link BpfFilter}. */
final class FilterReader implements ReplyReader<BpfFilter> {
    private final TrafficControl.Direction direction;

    FilterReader(TrafficControl.Direction direction) {
        this.direction = direction;
    }

    @Override
    public void read(Reply reply, List<? super BpfFilter> found) {
        int handle = reply.u32(8);
        int info = reply.u32(16);
        String kind = "";
        String name = "";
        int programId = 0;
        int flags = 0;
        Attributes attributes = reply.attributes(TrafficControl.TCMSG_LENGTH);
        while (attributes.next()) {
            switch (attributes.type()) {
                case TrafficControl.TCA_KIND -> kind = attributes.string();
                case TrafficControl.TCA_OPTIONS -> {
                    Attributes options = attributes.nested();
                    while (kind.equals("bpf") && options.next()) {
                        switch (options.type()) {
                            case TrafficControl.TCA_BPF_NAME -> name = options.string();
                            case TrafficControl.TCA_BPF_ID -> programId = options.u32();
                            case TrafficControl.TCA_BPF_FLAGS -> flags = options.u32();
                            default -> {
                                // The program's tag and its class.
                            }
                        }
                    }
                }
                default -> {
                    // Statistics.
                }
            }
        }
        // A priority also lists itself, as a filter with handle 0.
        if (kind.equals("bpf") && handle != 0) {
            boolean direct = (flags & TrafficControl.TCA_BPF_FLAG_ACT_DIRECT) != 0;
            int protocol = TrafficControl.networkOrder(info & 0xffff);
            found.add(new BpfFilter(reply.u32(4), direction, info >>> 16, handle, protocol, name, programId, direct));
        }
    }
}
