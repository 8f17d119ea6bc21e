/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IPv6 overlay. Each packet carries its addresses, and their first halves alone decide: extension headers and fragments need no look.
 *
 * IPv6 is routed, not bridged: a container sends to its host what is for another slice, gate sends it to the tunnel; guard gives what
 * has come to the host, and gate sends it to the container. encap lowers the hop limit. Neighbour discovery, which has 255, so
 * cannot come from another host, and guard refuses what claims to be it.
 */

inline_ __u64 half(const __be32 address[4]) { return (__u64)bpf_ntohl(address[0]) << 32 | bpf_ntohl(address[1]); }

inline_ bool in_overlay6(const volatile struct mapping *m, __u64 address)
{
	return (address & m->overlay6_mask) == m->overlay6;
}

inline_ __u64 slice6(const volatile struct mapping *m, __u32 underlay)
{
	return m->overlay6 | (__u64)(underlay & ~m->underlay_mask) << m->shift6;
}

/* The number of this host's address whose slice it is in, or -1. */
inline_ int local6(const volatile struct mapping *m, __u64 address)
{
	for (int i = 0; i < MAX_LOCALS && i < m->locals; i++)
		if (address == slice6(m, m->local[i]))
			return i;
	return -1;
}

/* The owner of an address of the overlay; 0 where no host can have that address. */
inline_ __u32 owner6(const volatile struct mapping *m, __u64 address)
{
	__u32 owner = m->underlay | (__u32)((address & ~m->overlay6_mask) >> m->shift6);

	return address == slice6(m, owner) && is_host(m, owner) ? owner : 0;
}

inline_ bool is_link_local(__u64 address) { return address >> 54 == 0xfe80 >> 6; }

inline_ struct ipv6 *header6(struct frame *f, __u32 at) { return f->data + at + sizeof(struct ethernet); }

/* Reads the first halves of the addresses. */
inline_ bool parse6(struct __sk_buff *skb, struct frame *f, __u32 at)
{
	__u32 headers = at + sizeof(struct ethernet) + sizeof(struct ipv6);
	struct ipv6 *ip;

	if (!gather(skb, f, headers))
		return false;
	ip = header6(f, at);
	/* What is still to be cut into segments may say 0 (BIG TCP). */
	if (bpf_ntohl(ip->version) >> 28 != 6 || bpf_ntohs(ip->payload) + headers > skb->len)
		return false;
	f->from6 = half(ip->from);
	f->to6 = half(ip->to);
	f->is_ipv6 = true;
	return true;
}

/* The type of an ICMPv6 message, or -1. */
inline_ int icmp_type(struct __sk_buff *skb, struct frame *f)
{
	__u32 headers = sizeof(struct ethernet) + sizeof(struct ipv6);

	if (header6(f, 0)->next != ICMPV6 || !gather(skb, f, headers + 1))
		return -1;
	return *(__u8 *)(f->data + headers);
}

/* Whether the address is the host's own: the first of a slice. */
inline_ bool is_host_address(const __be32 address[4]) { return !address[2] && address[3] == bpf_htonl(1); }

/* encap: who gets it. */
inline_ int outgoing6(struct __sk_buff *skb, struct frame *f, const volatile struct mapping *m)
{
	int mine;

	if (!parse6(skb, f, 0))
		return SEND_MALFORMED;
	if (is_group(&((struct ethernet *)f->data)->to) || is_link_local(f->to6) || is_link_local(f->from6))
		return SEND_IPV6;
	mine = local6(m, f->from6);
	if (mine < 0)
		return SEND_SPOOFED;
	f->from = owner6(m, f->from6);
	if (!in_overlay6(m, f->to6))
		return SEND_OFF_OVERLAY;
	f->to = owner6(m, f->to6);
	if (!f->to)
		return SEND_NO_HOST;
	if (is_ours(m, f->to))
		return SEND_OWN_SLICE;
	return header6(f, 0)->hop_limit > 1 ? SENT : SEND_HOP_LIMIT;
}

inline_ bool lower_hop_limit(struct __sk_buff *skb, struct frame *f)
{
	__u8 lower = header6(f, 0)->hop_limit - 1;

	return !bpf_skb_store_bytes(skb, sizeof(struct ethernet) + offsetof(struct ipv6, hop_limit), &lower, 1, 0);
}

/* guard: whether its sender is the overlay's; leaves the owners. Of a hop limit of 255 the kernel's own errors pass (too big). */
inline_ int incoming6(struct __sk_buff *skb, struct frame *f, const volatile struct mapping *m)
{
	int error;

	if (!parse6(skb, f, 0))
		return RECEIVE_MALFORMED;
	if (header6(f, 0)->hop_limit == MAX_HOP_LIMIT) {
		error = icmp_type(skb, f);
		if (error < 0 || error & 0x80)
			return RECEIVE_HOP_LIMIT;
	}
	if (local6(m, f->to6) < 0)
		return RECEIVE_NOT_LOCAL;
	f->to = owner6(m, f->to6);
	f->from = in_overlay6(m, f->from6) ? owner6(m, f->from6) : 0;
	return !f->from || is_ours(m, f->from) ? RECEIVE_SPOOFED : RECEIVED;
}

/* guard: from the router to the bridge, so that the bridge gives it to its host and learns nothing from it. */
inline_ bool address_to_host(struct __sk_buff *skb)
{
	struct mac macs[2];

	set_mac(&macs[0], fan.bridge_mac);
	set_mac(&macs[1], fan.router_mac);
	return !bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0);
}

/* gate: to the tunnel what a container sends into the overlay. */
inline_ int to_tunnel(struct __sk_buff *skb)
{
	struct mac router;

	set_mac(&router, fan.router_mac);
	if (bpf_skb_store_bytes(skb, 0, &router, sizeof(router), 0))
		return drop(SEND_HOST_OTHER);
	return bpf_redirect(skb->ifindex, 0);
}

/* gate: to the container what came out of the tunnel, by the bridge's neighbour table; what is for the host passes. */
inline_ int arrived(struct __sk_buff *skb, struct frame *f)
{
	struct bpf_redir_neigh next = { .nh_family = AF_INET6 };
	struct ipv6 *ip = header6(f, 0);

	if (skb->pkt_type != TO_US || is_host_address(ip->to))
		return TC_ACT_UNSPEC;
	__builtin_memcpy(next.ipv6_nh, ip->to, sizeof(ip->to));
	return bpf_redirect_neigh(skb->ifindex, &next, sizeof(next), 0);
}
