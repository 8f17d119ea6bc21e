package io.fanatic.netlink.route;

import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import java.util.List;

/** RTM_NEWQDISC as the kernel sends it, to {@link Qdisc}. */
final class QdiscReader implements ReplyReader<Qdisc> {
    @Override
    public void read(Reply reply, List<? super Qdisc> found) {
        String kind = "";
        Attributes attributes = reply.attributes(TrafficControl.TCMSG_LENGTH);
        while (attributes.next()) {
            if (attributes.type() == TrafficControl.TCA_KIND) {
                kind = attributes.string();
            }
        }
        found.add(new Qdisc(reply.u32(4), kind, reply.u32(8), reply.u32(12)));
    }
}
