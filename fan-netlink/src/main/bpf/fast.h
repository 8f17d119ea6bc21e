/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast path: outer headers of VXLAN (RFC 7348) as the kernel's device writes and takes them: TTL 64, no DF, a random identification
 * since a router may fragment, ECN copied (RFC 6040), a source port from the flow's hash, no UDP checksum. It refuses nothing:
 * what is unusual goes by the kernel's device, where guard drops and counts.
 */
#include "witness.h"

struct udp { __be16 from, to, length, checksum; } __attribute__((packed, aligned(2)));

struct outer {
	struct ethernet eth;
	struct ipv4 ip;
	struct udp udp;
	__be32 flags, vni;
	struct ethernet inner;
} __attribute__((packed, aligned(2)));

enum { OUTER = offsetof(struct outer, inner), HAS_VNI = 0x08000000, TTL = 64 };

/* The sum of a header's halves; all ones where it is right. */
inline_ __u32 sum(const struct ipv4 *ip)
{
	const __be16 *half = (const void *)ip;
	__u32 total = 0;

	for (int i = 0; i < sizeof(*ip) / 2; i++)
		total += half[i];
	total = (total & 0xffff) + (total >> 16);
	return (total & 0xffff) + (total >> 16);
}

/* The headers of a packet behind an Ethernet header: so many bytes, and those of TCP or UDP; 0 of other protocols. */
inline_ __u32 headers(struct __sk_buff *skb, __u8 protocol, __u32 bytes)
{
	__u8 words;

	if (protocol == UDP)
		return bytes + sizeof(struct udp);
	if (protocol != TCP || bpf_skb_load_bytes(skb, sizeof(struct ethernet) + bytes + 12, &words, 1))
		return 0;
	return bytes + (words >> 4) * 4;
}

/* How long the longest packet of a frame becomes, its segments counted where it is still to be cut; 0: that is not known. */
inline_ __u32 longest(struct __sk_buff *skb, struct frame *f, __u32 more)
{
	__u32 of_each;

	if (!skb->gso_size)
		return skb->len - sizeof(struct ethernet) + more;
	of_each = f->is_ipv6 ? headers(skb, header6(f, 0)->next, sizeof(struct ipv6))
		: headers(skb, ((struct ipv4 *)(f->data + sizeof(struct ethernet)))->protocol, sizeof(struct ipv4));
	return of_each ? skb->gso_size + more + of_each : 0;
}

inline_ bool fits_device(struct __sk_buff *skb, __u32 device_index, __u32 length)
{
	__u32 mtu = 0;

	return length && bpf_check_mtu(skb, device_index, &mtu, 0, 0) >= 0 && length <= mtu;
}

/* As udp_flow_src_port of the kernel. */
inline_ __u32 source_port(struct __sk_buff *skb)
{
	__u32 hash = bpf_get_hash_recalc(skb);

	return fan.first_port + (__u32)((__u64)(hash ^ hash << 16) * fan.ports >> 32);
}

inline_ bool is_plain(struct frame *f)
{
	struct ethernet *eth = f->data;

	return eth->type == TYPE_IPV4 && ((struct ipv4 *)(eth + 1))->version_length == 0x45;
}

/* encap: by the underlay's device with outer headers; -1: not, and the frame is as it was. */
inline_ int send_fast(struct __sk_buff *skb, struct frame *f, int mine)
{
	__u32 length = skb->len + OUTER - sizeof(struct ethernet);
	struct outer *o;
	struct ipv4 *ip;
	int ecn;

	if (!f->is_ipv6 && !is_plain(f))
		return -1;
	if (f->is_ipv6 && !gather(skb, f, sizeof(struct ethernet) + sizeof(struct ipv6)))
		return -1;
	if (length > 0xffff || !fits_device(skb, fan.card, longest(skb, f, OUTER)))
		return -1;
	skb->tc_index = source_port(skb);
	if (!vouched(skb, FLOW_OUT, f->to, mine))
		return -1;
	if (bpf_skb_adjust_room(skb, OUTER, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4
			| BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_ENCAP_L2_ETH | BPF_F_ADJ_ROOM_ENCAP_L2(sizeof(struct ethernet))))
		return -1;
	if (!gather(skb, f, sizeof(*o) + sizeof(struct ipv4)))
		return drop(SEND_MALFORMED);
	o = f->data;
	ip = (void *)(o + 1);
	o->inner = o->eth;
	o->eth.type = TYPE_IPV4;
	/* The two bits are at another place in IPv6. Congestion that has been met is told inside. */
	ecn = (f->is_ipv6 ? ip->tos >> 4 : ip->tos) & 3;
	o->ip = (struct ipv4){
		.version_length = 0x45, .tos = ecn == 3 ? 2 : ecn, .total = bpf_htons(length), .id = bpf_get_prandom_u32(),
		.ttl = TTL, .protocol = UDP, .from = bpf_htonl(f->from), .to = bpf_htonl(f->to),
	};
	o->ip.checksum = ~sum(&o->ip);
	o->udp = (struct udp){ bpf_htons(skb->tc_index), bpf_htons(fan.port), bpf_htons(length - sizeof(struct ipv4)), 0 };
	o->flags = bpf_htonl(HAS_VNI);
	o->vni = bpf_htonl(fan.vni << 8);
	skb->tc_index = 0;
	return count(SENT, bpf_redirect_neigh(fan.card, NULL, 0, 0));
}

/* A whole packet of the fan's tunnel for this host, whose lengths fit each other and what there is. */
inline_ bool is_ours_outside(struct __sk_buff *skb, const struct outer *o)
{
	return o->eth.type == TYPE_IPV4 && o->udp.to == bpf_htons(fan.port) && o->ip.protocol == UDP
		&& o->ip.version_length == 0x45 && skb->pkt_type == TO_US && !skb->vlan_present
		&& !(o->ip.fragment & bpf_htons(0x3fff)) && (o->ip.tos & 3) != 3 && !o->udp.checksum
		&& bpf_ntohs(o->udp.length) + sizeof(o->ip) == bpf_ntohs(o->ip.total)
		&& bpf_ntohs(o->ip.total) + sizeof(o->eth) == skb->len;
}

/* From one Ethernet address, not the tunnel's own, to one. */
inline_ bool is_one_to_one(const struct ethernet *eth)
{
	struct mac tunnel;

	set_mac(&tunnel, fan.tunnel_mac);
	return !is_group(&eth->to) && is_sender(&eth->from) && !same_mac(&eth->from, &tunnel);
}

/* The Ethernet address of the container that a packet is for; the bridge must not send what is still to be cut, as it would cut it. */
inline_ bool find_container(struct __sk_buff *skb, const struct ipv6 *ip, struct mac *container)
{
	struct bpf_fib_lookup look = { .family = AF_INET6, .ifindex = fan.bridge };

	__builtin_memcpy(look.ipv6_dst, ip->to, sizeof(ip->to));
	if (bpf_fib_lookup(skb, &look, sizeof(look), BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_OUTPUT))
		return false;
	__builtin_memcpy(container, look.dmac, sizeof(*container));
	return true;
}

/* What guard would let in: leaves the owners, and the Ethernet header for what is handed to the tunnel. */
inline_ bool is_good_inside(struct __sk_buff *skb, struct frame *f, struct ethernet *eth)
{
	const volatile struct mapping *m = &fan.mapping[0];
	const struct outer *o = f->data;

	if (!is_one_to_one(&o->inner))
		return false;
	*eth = o->inner;
	if (eth->type == TYPE_IPV4) {
		const struct ipv4 *ip = (const void *)(o + 1);

		if (ip->version_length != 0x45 || bpf_ntohs(ip->total) < sizeof(*ip) || bpf_ntohs(ip->total) + sizeof(*o) > skb->len)
			return false;
		f->from = bpf_ntohl(ip->from);
		f->to = bpf_ntohl(ip->to);
		if (!in_overlay(m, f->to) || !in_overlay(m, f->from))
			return false;
		f->from = owner(m, f->from);
		f->to = owner(m, f->to);
	} else if (eth->type == TYPE_IPV6 && m->overlay6_mask) {
		struct ipv6 *ip;

		if (!parse6(skb, f, OUTER))
			return false;
		ip = header6(f, OUTER);
		if (ip->hop_limit == MAX_HOP_LIMIT || local6(m, f->to6) < 0 || !in_overlay6(m, f->from6))
			return false;
		f->from = owner6(m, f->from6);
		f->to = owner6(m, f->to6);
		set_mac(&eth->to, fan.bridge_mac);
		set_mac(&eth->from, fan.router_mac);
		if (!is_host_address(ip->to) && !(fan.delivers_ipv6 && find_container(skb, ip, &eth->to)))
			return false;
	} else {
		return false;
	}
	return f->from && is_host(m, f->from) && !is_ours(m, f->from);
}

/* The underlay's device: takes the outer headers off what is usual and good and hands it to the tunnel; all else passes on. */
PROGRAM(cguard)
{
	struct ethernet eth;
	struct frame f = {};
	struct outer *o;
	__u32 mtu = 0;
	int mine;

	look_at(skb, &f);
	o = f.data;
	if ((void *)&o->inner > f.end || !is_ours_outside(skb, o))
		return TC_ACT_UNSPEC;
	skb->tc_index = bpf_ntohs(o->udp.from); /* for guard, should it not be taken here */
	if (!gather(skb, &f, sizeof(*o) + sizeof(struct ipv4)))
		return TC_ACT_UNSPEC;
	o = f.data;
	if (sum(&o->ip) != 0xffff || o->flags != bpf_htonl(HAS_VNI) || o->vni != bpf_htonl(fan.vni << 8))
		return TC_ACT_UNSPEC;
	if (!is_good_inside(skb, &f, &eth))
		return TC_ACT_UNSPEC;
	o = f.data;
	mine = local(&fan.mapping[0], f.to);
	if (mine < 0 || o->ip.to != bpf_htonl(f.to) || o->ip.from != bpf_htonl(f.from) || !vouched(skb, FLOW_IN, f.from, mine))
		return TC_ACT_UNSPEC;
	if (bpf_check_mtu(skb, fan.tunnel, &mtu, 0, 0) < 0) /* the tunnel is gone */
		return TC_ACT_UNSPEC;
	if (bpf_skb_adjust_room(skb, -OUTER, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
		return TC_ACT_UNSPEC;
	/* Without BPF_F_RECOMPUTE_CSUM: a card that sums up the packet leaves the Ethernet header out. */
	if (bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0))
		return drop(RECEIVE_MALFORMED);
	skb->mark |= LET_IN;
	skb->tc_index = 0;
	return bpf_redirect(fan.tunnel, BPF_F_INGRESS);
}

/* The underlay's device, what leaves by it: notes what the kernel's tunnel sends from the port that encap has foretold. */
PROGRAM(cseen)
{
	struct frame f = {};
	struct outer *o;
	int mine;

	look_at(skb, &f);
	o = f.data;
	if ((void *)&o->inner > f.end || o->udp.to != bpf_htons(fan.port) || o->eth.type != TYPE_IPV4
			|| bpf_ntohs(o->udp.from) != skb->tc_index || o->ip.version_length != 0x45 || o->ip.protocol != UDP
			|| o->vni != bpf_htonl(fan.vni << 8))
		return TC_ACT_UNSPEC;
	mine = local(&fan.mapping[0], bpf_ntohl(o->ip.from));
	if (mine >= 0)
		note(skb, FLOW_OUT, bpf_ntohl(o->ip.to), mine);
	return TC_ACT_UNSPEC;
}
