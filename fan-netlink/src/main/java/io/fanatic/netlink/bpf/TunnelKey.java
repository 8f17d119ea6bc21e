package io.fanatic.netlink.bpf;

/**
 * {@code struct bpf_tunnel_key} of linux/bpf.h as it lies on a program's stack. Addresses and the tunnel's number are in the order
 * of the CPU.
 *
 * <pre>
 *    0  tunnel_id          22  tunnel_ext, 16 bits
 *    4  remote_ipv4        24  tunnel_label
 *    8  (IPv6 only)        28  local_ipv4      kernel 6.0 and later
 *   20  tunnel_tos         32  (IPv6 only)
 *   21  tunnel_ttl         44  end
 * </pre>
 */
final class TunnelKey {
    static final int ID = 0;
    static final int REMOTE = 4;
    static final int IPV6_REST_OF_REMOTE = 8;
    static final int TOS_TTL_EXT = 20;
    static final int LABEL = 24;
    static final int LOCAL = 28;
    static final int IPV6_REST_OF_LOCAL = 32;

    /** The size that ends before the local address, known to every kernel. */
    static final int SIZE_WITHOUT_LOCAL = 28;

    /**
     * The whole structure. It is also the quickest size to ask for where the kernel knows it: any other goes through a copy in the
     * helper.
     */
    static final int SIZE = 44;

    /** BPF_F_ZERO_CSUM_TX: no checksum in the outer UDP header, as RFC 7348 wants it over IPv4. */
    static final int ZERO_CHECKSUM = 1 << 1;

    /** BPF_F_DONT_FRAGMENT: the outer header forbids to fragment it. */
    static final int DONT_FRAGMENT = 1 << 2;

    private TunnelKey() {}

    static int size(boolean withLocal) {
        return withLocal ? SIZE : SIZE_WITHOUT_LOCAL;
    }
}
