package io.fanatic.netlink.bpf;

import org.jspecify.annotations.Nullable;

/**
 * The UDP ports that the kernel's VXLAN device takes its source ports from: net.ipv4.ip_local_port_range.
 *
 * @param first the lowest, 1 to 65535
 * @param last one that is not below it, to 65535; it is not taken
 */
public record SourcePorts(int first, int last) {
    /** As every network namespace begins. */
    public static final SourcePorts DEFAULT = new SourcePorts(32768, 60999);

    /** Checks the numbers. */
    public SourcePorts {
        if (first < 1 || last < first || last > 0xffff) {
            throw new IllegalArgumentException("source ports: 1 to 65535, not " + first + " to " + last);
        }
    }

    /** {@return the port for the hash of a flow, as udp_flow_src_port of the kernel computes it} */
    int of(int hash) {
        int mixed = hash ^ hash << 16;
        return first + (int) ((mixed & 0xffff_ffffL) * (last - first) >>> 32);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SourcePorts that && first == that.first && last == that.last;
    }

    @Override
    public int hashCode() {
        return first << 16 ^ last;
    }
}
