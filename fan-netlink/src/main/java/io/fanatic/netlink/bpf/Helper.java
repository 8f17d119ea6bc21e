package io.fanatic.netlink.bpf;

import java.util.Locale;

/**
 * The kernel's functions that programs of this package call; numbers and contracts from linux/bpf.h, bpf-helpers(7). Arguments go in
 * R1 to R5, the result comes in R0.
 */
public enum Helper {
    /** Map, address of a key: the address of the value, or 0. */
    MAP_LOOKUP_ELEM(1),
    /** Nothing: 32 random bits. */
    GET_PRANDOM_U32(7),
    /** skb, offset, address of bytes, how many, flags: 0 or a negative errno. Pointers into the packet become invalid. */
    SKB_STORE_BYTES(9),
    /** Nothing: the user of the process in the lower half, as the first user namespace has it, its group in the upper one. */
    GET_CURRENT_UID_GID(15),
    /** skb, address of a {@link TunnelKey}, its size, flags: 0 or a negative errno. */
    SKB_GET_TUNNEL_KEY(20),
    /** skb, address of a {@link TunnelKey}, its size, flags: 0 or a negative errno. */
    SKB_SET_TUNNEL_KEY(21),
    /** skb, offset, address of where to, how many: 0 or a negative errno, and then they are zeros. */
    SKB_LOAD_BYTES(26),
    /** Index of a device, flags: {@link FanEmitter#REDIRECT}; the packet goes there when the program ends. */
    REDIRECT(23),
    /** skb: the hash of its flow, calculated where nobody has done so yet. */
    GET_HASH_RECALC(34),
    /** skb, bytes wanted in the linear part: 0 or a negative errno. All pointers into the packet become invalid. */
    SKB_PULL_DATA(39),
    /** skb, bytes to add or to take away, where, flags: 0 or a negative errno. Pointers into the packet become invalid. */
    SKB_ADJUST_ROOM(50),
    /**
     * skb, address of a struct bpf_fib_lookup of 64 bytes, its size, flags: 0 with the Ethernet addresses of the next hop, or why there is
     * none, see {@link FibLookup} (Linux 4.18).
     */
    FIB_LOOKUP(69),
    /** Queue, address of a value, flags: 0, or -E2BIG when there is no room (Linux 4.20). */
    MAP_PUSH_ELEM(87),
    /** The program's context: the number of the network namespace of its socket (Linux 5.7). */
    GET_NETNS_COOKIE(122),
    /** Nothing: nanoseconds since the machine was started, those asleep included. */
    KTIME_GET_BOOT_NS(125),
    /** Nothing: nanoseconds since the machine was started, as of the last tick of its clock (Linux 5.11). */
    KTIME_GET_COARSE_NS(160),
    /**
     * Index of a device, address of a next hop or 0, its size, flags: {@link FanEmitter#REDIRECT}; the packet leaves there when the program
     * ends, with the Ethernet addresses that the route and the neighbour table have for it (Linux 5.10).
     */
    REDIRECT_NEIGH(152),
    /** skb, index of a device, address of 32 bits for its MTU, bytes more, flags: negative without the device (Linux 5.12). */
    CHECK_MTU(163);

    private static final int CALL = 0x85;

    private final int number;

    Helper(int number) {
        this.number = number;
    }

    public Instruction call() {
        return Instruction.of(CALL, Register.R0, Register.R0, 0, number);
    }

    static String name(int number) {
        for (Helper helper : values()) {
            if (helper.number == number) {
                return helper.name().toLowerCase(Locale.ROOT);
            }
        }
        return "helper " + number;
    }
}
