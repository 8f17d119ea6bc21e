package io.fanatic.netlink.bpf;

/** struct bpf_fib_lookup of linux/bpf.h, IPv4, and what {@link Helper#FIB_LOOKUP} has beside it. */
final class FibLookup {
    static final int SIZE = 64;

    // Offsets.
    static final int FAMILY = 0;
    static final int IFINDEX = 8;
    static final int DESTINATION = 32;
    /** The Ethernet address of the next hop. */
    static final int NEXT_HOP_MAC = 58;

    static final int AF_INET = 2;

    /** BPF_FIB_LOOKUP_DIRECT and BPF_FIB_LOOKUP_OUTPUT: the main table alone, for a packet that leaves by the device. */
    static final int MAIN_TABLE_OUTPUT = 3;

    private FibLookup() {}
}
