package io.fanatic.netlink.wire;

/** The kernel's answer to a request, NLMSG_ERROR or the end of a dump: an errno, 0 for success, and extended text. */
final class Acknowledgement {
    private static final int F_CAPPED = 0x100;
    private static final int F_ACK_TLVS = 0x200;
    private static final int ATTR_MSG = 1;
    private static final int ATTR_OFFS = 2;
    private static final int ATTR_MISS_TYPE = 5;
    private static final int ERRNO_LENGTH = 4;

    private Acknowledgement() {}

    /** Throws what an NLMSG_ERROR says, unless it says success. */
    static void checkError(String operation, Reply reply) {
        int errno = -reply.u32(0);
        if (errno == 0) {
            return;
        }
        // Behind errno stands the header of the request, and without NETLINK_CAP_ACK all of the request.
        boolean capped = (reply.flags() & F_CAPPED) != 0;
        throw exception(operation, errno, reply, ERRNO_LENGTH + (capped ? Request.HEADER_LENGTH : reply.u32(4)));
    }

    /** Throws what an NLMSG_DONE says, unless it says success. */
    static void checkDone(String operation, Reply reply) {
        int errno = -reply.u32(0);
        if (errno > 0) {
            throw exception(operation, errno, reply, ERRNO_LENGTH);
        }
    }

    private static NetlinkException exception(String operation, int errno, Reply reply, int fixedLength) {
        String text = "";
        int offset = NetlinkException.NO_ATTRIBUTE;
        if ((reply.flags() & F_ACK_TLVS) != 0 && fixedLength >= 0) {
            Attributes attributes = reply.attributes(fixedLength);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case ATTR_MSG -> text = text.isEmpty() ? attributes.string() : attributes.string() + ", " + text;
                    case ATTR_OFFS -> offset = attributes.u32();
                    case ATTR_MISS_TYPE ->
                        text += (text.isEmpty() ? "" : ", ") + "attribute " + attributes.u32() + " is missing";
                    default -> {
                        // The policy and the nesting of a missing attribute: nothing that a person needs.
                    }
                }
            }
        }
        return new NetlinkException(operation, errno, text, offset);
    }
}
