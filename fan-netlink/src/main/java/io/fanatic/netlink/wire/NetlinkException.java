package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.ErrnoException;

/** A netlink request that did not succeed: what was tried, errno, and the kernel's own words where it gave any. */
public class NetlinkException extends ErrnoException {
    private static final long serialVersionUID = 1;

    /** {@link #attributeOffset()} when the kernel did not point at an attribute. */
    public static final int NO_ATTRIBUTE = -1;

    private final String kernelText;
    private final int attributeOffset;

    /**
     * @param operation what was tried, in words: {@code "create bridge fan-250"}
     * @param kernelText the text of the extended acknowledgement, or ours when errno says too little; may be empty
     * @param attributeOffset where in the request the offending attribute starts, or {@link #NO_ATTRIBUTE}
     */
    public NetlinkException(String operation, int errno, String kernelText, int attributeOffset) {
        super(operation, errno, detail(kernelText, attributeOffset));
        this.kernelText = kernelText;
        this.attributeOffset = attributeOffset;
    }

    private static String detail(String kernelText, int attributeOffset) {
        if (attributeOffset == NO_ATTRIBUTE) {
            return kernelText;
        }
        return (kernelText.isEmpty() ? "" : kernelText + ", ") + "attribute at byte " + attributeOffset;
    }

    /** The kernel's explanation (NLMSGERR_ATTR_MSG), empty when it gave none. */
    public String kernelText() {
        return kernelText;
    }

    /** Bytes from the start of the request's header to the offending attribute, or {@link #NO_ATTRIBUTE}. */
    public int attributeOffset() {
        return attributeOffset;
    }
}
