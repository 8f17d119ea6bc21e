package io.fanatic.netlink.route;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Request;

/** Whether packets of a network namespace may be IPsec's business (linux/xfrm.h). */
public final class IpsecPolicies {
    private static final int XFRM_MSG_GETPOLICY = 0x15;
    private static final int XFRM_MSG_GETDEFAULT = 0x28;
    private static final int XFRM_USERPOLICY_BLOCK = 1;
    /** struct xfrm_userpolicy_id: a selector, an index and a direction. */
    private static final int POLICY_ID_WORDS = 16;

    private IpsecPolicies() {}

    /**
     * Whether there is a policy, of any family and direction, or what has none is blocked.
     *
     * @throws ErrnoException EPERM without CAP_NET_ADMIN
     */
    public static boolean exist() {
        try (NetlinkSocket socket = NetlinkSocket.openXfrm()) {
            Request request = socket.request(XFRM_MSG_GETPOLICY, 0);
            for (int i = 0; i < POLICY_ID_WORDS; i++) {
                request.put32(0);
            }
            boolean some = !socket.dump("list IPsec policies", request, (reply, found) -> found.add(true))
                    .isEmpty();
            return some || blocksTheRest(socket);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPROTONOSUPPORT) {
                return false; // a kernel without IPsec
            }
            throw e;
        }
    }

    /** struct xfrm_userpolicy_default: incoming, forwarded, outgoing (Linux 5.14). */
    private static boolean blocksTheRest(NetlinkSocket socket) {
        try {
            return socket.fetch(
                            "ask what IPsec does without a policy",
                            socket.request(XFRM_MSG_GETDEFAULT, 0).put32(0),
                            (reply, found) -> found.add(
                                    reply.u8(0) == XFRM_USERPOLICY_BLOCK || reply.u8(2) == XFRM_USERPOLICY_BLOCK))
                    .contains(true);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EINVAL) {
                return false; // a kernel that does not know the question
            }
            throw e;
        }
    }
}
