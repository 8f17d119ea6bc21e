/* SPDX-License-Identifier: GPL-2.0 */
/* Packets without encapsulation: IPv4 of a container in an Ethernet frame from one host of the segment to another. */

inline_ int to_neighbour(__u32 device_index, __u32 address)
{
	struct bpf_redir_neigh next = {};

	next.nh_family = AF_INET;
	next.ipv4_nh = bpf_htonl(address);
	return bpf_redirect_neigh(device_index, &next, sizeof(next), 0);
}

/* encap: as it is to an owner on the segment; -1: not, and the frame is as it was. */
inline_ int send_direct(struct __sk_buff *skb, struct frame *f)
{
	if (f->is_ipv6 || !on_link(f->to) || !is_plain(f) || !fits_device(skb, fan.card, longest(skb, f, 0)))
		return -1;
	return count(SENT_DIRECT, to_neighbour(fan.card, f->to));
}

/* Whether the frame comes from the Ethernet address that the neighbour table has for its sender's owner. */
inline_ int from_neighbour(struct __sk_buff *skb, struct frame *f, const struct mac *from)
{
	struct bpf_fib_lookup look = { .family = AF_INET, .ifindex = fan.card, .ipv4_dst = bpf_htonl(f->from) };
	struct mac known;

	if (bpf_fib_lookup(skb, &look, sizeof(look), BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_OUTPUT))
		return RECEIVE_NO_NEIGHBOUR;
	__builtin_memcpy(&known, look.dmac, sizeof(known));
	if (!(known.part[0] | known.part[1] | known.part[2])) /* older kernels tell that of an entry that has none yet */
		return same_mac(&known, from) ? RECEIVE_NO_NEIGHBOUR : RECEIVE_SPOOFED;
	return same_mac(&known, from) ? RECEIVED : RECEIVE_SPOOFED;
}

/*
 * A tag behind the one that the kernel has taken out, or a tag for no VLAN: the kernel takes out all of those behind this hook, and
 * what they hide would get past. For a real VLAN the frame is another network's.
 */
inline_ bool hides(struct __sk_buff *skb, const struct ethernet *eth)
{
	if (skb->pkt_type == TO_ANOTHER)
		return false;
	return !skb->vlan_present || !(skb->vlan_tci & 0xfff);
}

/* Whose it is, and whether it may come in. */
inline_ int judge_direct(struct __sk_buff *skb, struct frame *f, __u32 *mtu)
{
	const volatile struct mapping *m = &fan.mapping[0];
	struct ethernet *eth;
	struct ipv4 *ip;
	struct mac from;

	if (!gather(skb, f, sizeof(*eth) + sizeof(*ip)))
		return PASS;
	eth = f->data;
	ip = (void *)(eth + 1);
	if (eth->type == TYPE_8021Q || eth->type == TYPE_8021AD)
		return !(*(__be16 *)ip & bpf_htons(0xfff)) && hides(skb, eth) ? RECEIVE_VLAN : PASS;
	if (eth->type != TYPE_IPV4)
		return PASS;
	f->from = bpf_ntohl(ip->from);
	f->to = bpf_ntohl(ip->to);
	if (!in_overlay(m, f->from) || bpf_check_mtu(skb, fan.bridge, mtu, 0, 0) < 0) /* no bridge: the fan is gone */
		return PASS;
	if (skb->pkt_type != TO_US)
		return skb->pkt_type == TO_ANOTHER ? PASS : skb->pkt_type == TO_ALL ? RECEIVE_BROADCAST : RECEIVE_MULTICAST;
	if (skb->vlan_present)
		return skb->vlan_tci & 0xfff ? PASS : RECEIVE_VLAN;
	if (!in_local_slice(m, f->to))
		return fan.translates || in_overlay(m, f->to) ? RECEIVE_NOT_LOCAL : PASS;
	eth = f->data;
	ip = (void *)(eth + 1);
	if (ip->version_length != 0x45 || !is_whole(ip, skb->len - sizeof(*eth))) /* who sends directly sends options by VXLAN */
		return RECEIVE_MALFORMED;
	f->from = owner(m, f->from);
	if (!is_host(m, f->from) || is_ours(m, f->from) || !on_link(f->from))
		return RECEIVE_SPOOFED;
	from = eth->from;
	return from_neighbour(skb, f, &from);
}

/* As the bridge gives to its host what comes out of the tunnel. */
inline_ int to_host(struct __sk_buff *skb)
{
	struct mac bridge;

	set_mac(&bridge, fan.bridge_mac);
	if (bpf_skb_store_bytes(skb, 0, &bridge, sizeof(bridge), 0))
		return drop(RECEIVE_MALFORMED);
	skb->mark |= LET_IN;
	return count(RECEIVED, bpf_redirect(fan.bridge, BPF_F_INGRESS));
}

inline_ bool is_for_host(__u32 address)
{
	const volatile struct mapping *m = &fan.mapping[0];

	for (int i = 0; i < MAX_LOCALS && i < m->locals; i++)
		if (m->local[i] == owner(m, address))
			return (address & ((1u << m->shift) - 1)) - 1 < fan.reserve[i];
	return false;
}

/* The underlay's device: no host of the segment speaks for another one's containers. */
PROGRAM(dguard)
{
	struct frame f = {};
	__u32 mtu = 0;
	int why = judge_direct(skb, &f, &mtu);

	if (observes())
		return tell(skb, why);
	if (why == PASS)
		return TC_ACT_UNSPEC;
	if (why != RECEIVED)
		return drop(why);
	/* A bridge drops without a word what is larger than it carries; the host answers that (RFC 1191), or cuts it. */
	if (is_for_host(f.to) || (skb->len > mtu + sizeof(struct ethernet) && !skb->gso_size))
		return to_host(skb);
	return count(RECEIVED, to_neighbour(fan.bridge, f.to));
}
