/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Outer flows whose packets went by the kernel's device a moment ago. A packet takes the fast path only where one of the same outer
 * flow (both underlay addresses and the UDP source port) went by the kernel's device in the last 101 ms, on this CPU, and came through:
 * out by the underlay's device, in as far as guard. So what stops or translates packets on the kernel's way (a firewall, an IPsec
 * policy, another route) closes the fast path too, for the flows that it concerns, and nobody has to look for it.
 *
 * Who sees a packet before the kernel's device has it writes the source port into skb->tc_index, which stays with the packet through
 * that device, netfilter and GRO; who sees it behind reads it there. 0: nobody wrote it, and nothing is noted.
 *
 * A flow has one place in a table of fixed size for each direction, which the next flow with the same place takes over: then packets of
 * both go by the kernel's device more often. A value is, from its upper end: the other host in 32 bits, the upper 6 bits of the port (the
 * place tells the others), the number of this host's address in 4, and the time in 22 bits of 16.8 ms, which begins again after 19.5 hours.
 */
enum direction { FLOW_IN = 2 * COUNTERS, FLOW_OUT = 2 * COUNTERS + PLACES };
enum { TIME_BITS = 22, UNIT_BITS = 24, VALID = 5 /* units begun: 84 to 101 ms */ };

inline_ __u64 now(void) { return bpf_ktime_get_coarse_ns() >> UNIT_BITS & ((1 << TIME_BITS) - 1); }

inline_ __u64 flow(__u32 host, __u32 port, int mine) { return ((__u64)host << 6 | port >> 10) << 4 | mine; }

inline_ __u64 *place(enum direction way, __u32 host, __u32 port) { return counted(way + ((host ^ port) & (PLACES - 1))); }

inline_ bool vouched(struct __sk_buff *skb, enum direction way, __u32 host, int mine)
{
	__u32 port = skb->tc_index;
	__u64 *seen = place(way, host, port);
	__u64 value;

	if (!seen)
		return false;
	value = *seen;
	return value >> TIME_BITS == flow(host, port, mine) && ((now() - value) & ((1 << TIME_BITS) - 1)) <= VALID;
}

/* A packet has come through. */
inline_ void note(struct __sk_buff *skb, enum direction way, __u32 host, int mine)
{
	__u32 port = skb->tc_index;
	__u64 *seen;

	if (!port)
		return;
	skb->tc_index = 0;
	seen = place(way, host, port);
	if (seen)
		*seen = flow(host, port, mine) << TIME_BITS | now();
}
