/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fan's data path: who owns an address is arithmetic, so no table of hosts is asked.
 *
 *   container -> bridge -> encap on the tunnel ---------------------------- the kernel's VXLAN or IPIP -> underlay
 *                             \ send_direct, send_fast: past the kernel's tunnel ------ cseen watches -> underlay
 *
 *   underlay -> the kernel's VXLAN or IPIP -> guard on the tunnel -> bridge -> container, or gate -> the host
 *           \ cguard: past the kernel's tunnel, to guard    \ dguard: without a tunnel, to the container
 */
#include "fan.h"
#include "ipv6.h"
#include "observe.h"
#include "fast.h"
#include "direct.h"

/* Whose packet it is on the device that several fans share: that in whose overlay its destination is. */
inline_ const volatile struct mapping *mapping_of(__u32 to)
{
	for (int i = 0; i < MAX_MAPPINGS && i < fan.mappings; i++)
		if (in_overlay(&fan.mapping[i], to))
			return &fan.mapping[i];
	return NULL;
}

/* Whether a frame leaves, and to whom: a container speaks for itself only. Leaves the owners. */
inline_ int outgoing(struct __sk_buff *skb, struct frame *f)
{
	const volatile struct mapping *m = &fan.mapping[0];
	int why = parse(skb, f);

	if (why == SEND_IPV6 && fan.ethernet && m->overlay6_mask)
		return outgoing6(skb, f, m);
	if (why)
		return why;
	if (fan.mappings > 1) {
		m = mapping_of(f->to);
		if (!m)
			return SEND_OFF_OVERLAY;
	}
	if (!in_local_slice(m, f->from))
		return SEND_SPOOFED;
	if (!in_overlay(m, f->to))
		return SEND_OFF_OVERLAY;
	f->from = owner(m, f->from);
	f->to = owner(m, f->to);
	if (!is_host(m, f->to))
		return SEND_NO_HOST;
	return is_ours(m, f->to) ? SEND_OWN_SLICE : SENT;
}

/* By the kernel's tunnel, which is told both ends. An IPIP packet forbids fragments where the inner one does: so senders hear of the path's MTU. */
inline_ int send_by_kernel(struct __sk_buff *skb, struct frame *f)
{
	struct bpf_tunnel_key key = { .tunnel_id = fan.vni, .remote_ipv4 = f->to, .tunnel_ttl = TTL };
	__u32 size = fan.sets_local ? sizeof(key) : offsetof(struct bpf_tunnel_key, local_ipv4);
	__u64 flags = fan.ethernet ? BPF_F_ZERO_CSUM_TX : 0;

	if (fan.sets_local)
		key.local_ipv4 = f->from;
	if (!fan.ethernet && fan.learns_path_mtu && ((struct ipv4 *)f->data)->fragment & bpf_htons(0x4000))
		flags |= BPF_F_DONT_FRAGMENT;
	if (bpf_skb_set_tunnel_key(skb, &key, size, flags))
		return drop(SEND_KEY_REFUSED);
	return count(SENT, TC_ACT_UNSPEC);
}

/* The tunnel, what leaves by it. */
PROGRAM(encap)
{
	struct frame f = {};
	int why = outgoing(skb, &f), verdict = -1;

	if (observes())
		return tell(skb, why);
	if (why)
		return drop(why);
	if (f.is_ipv6 && !lower_hop_limit(skb, &f))
		return drop(SEND_MALFORMED);
	if (fan.on_links)
		verdict = send_direct(skb, &f);
	if (verdict < 0 && fan.fast)
		verdict = send_fast(skb, &f, local(&fan.mapping[0], f.from));
	return verdict < 0 ? send_by_kernel(skb, &f) : verdict;
}

/* Whether what came out of the tunnel may come in: no host speaks for another one's containers. Leaves the owners. */
inline_ int incoming(struct __sk_buff *skb, struct frame *f, const struct bpf_tunnel_key *key)
{
	const volatile struct mapping *m = &fan.mapping[0];
	int why;

	if (fan.ethernet && key->tunnel_id != fan.vni)
		return RECEIVE_OTHER_VNI;
	why = parse(skb, f);
	if (why == SEND_IPV6 && fan.ethernet && m->overlay6_mask) {
		why = incoming6(skb, f, m);
		return why == RECEIVED && f->from != key->remote_ipv4 ? RECEIVE_SPOOFED : why;
	}
	if (why)
		return why + RECEIVED;
	if (fan.ethernet && !is_sender(&((struct ethernet *)f->data)->from))
		return RECEIVE_MALFORMED;
	if (!fan.ethernet && ((struct ipv4 *)f->data)->protocol == IPIP) /* the kernel would unpack it again */
		return RECEIVE_NESTED;
	if (fan.mappings > 1) {
		m = mapping_of(f->to);
		if (!m)
			return RECEIVE_NOT_LOCAL;
	}
	if (!in_local_slice(m, f->to))
		return RECEIVE_NOT_LOCAL;
	f->to = owner(m, f->to);
	if (!in_overlay(m, f->from))
		return RECEIVE_SPOOFED;
	f->from = owner(m, f->from);
	/* Whoever can send as this host itself or as no host must not come in either. */
	if (f->from != key->remote_ipv4 || !is_host(m, f->from) || is_ours(m, f->from))
		return RECEIVE_SPOOFED;
	return RECEIVED;
}

/* The tunnel, what comes in by it. */
PROGRAM(guard)
{
	__u32 size = fan.sets_local ? sizeof(struct bpf_tunnel_key) : offsetof(struct bpf_tunnel_key, local_ipv4);
	struct bpf_tunnel_key key = {};
	struct frame f = {};
	int why = RECEIVE_NO_KEY;

	if (!bpf_skb_get_tunnel_key(skb, &key, size, 0))
		why = incoming(skb, &f, &key);
	else if (fan.fast && skb->mark & LET_IN) /* cguard has taken off its outer headers; no other host can mark a frame */
		return observes() ? tell(skb, RECEIVED) : count(RECEIVED, TC_ACT_UNSPEC);
	if (observes())
		return tell(skb, why);
	if (why != RECEIVED)
		return drop(why);
	if (f.is_ipv6 && !address_to_host(skb))
		return drop(RECEIVE_MALFORMED);
	if (fan.ethernet)
		skb->mark |= LET_IN;
	if (fan.fast && (fan.mapping[0].locals == 1 || (fan.sets_local && key.local_ipv4 == f.to)))
		note(skb, FLOW_IN, f.from, local(&fan.mapping[0], f.to));
	return count(RECEIVED, TC_ACT_UNSPEC);
}

/* gate, IPv6: what containers say of themselves and what came out of the tunnel; no router advertisement, no other host's word. */
inline_ int judge6(struct __sk_buff *skb, struct frame *f, const volatile struct mapping *m, int *verdict)
{
	struct ipv6 *ip;
	int type;

	if (!gather(skb, f, sizeof(struct ethernet) + sizeof(*ip)))
		return SEND_HOST_OTHER;
	ip = header6(f, 0);
	f->from6 = half(ip->from);
	f->to6 = half(ip->to);
	if (skb->mark & LET_IN) {
		if (observes())
			return PASS;
		skb->mark &= ~LET_IN;
		*verdict = arrived(skb, f);
		return PASS;
	}
	if (local6(m, f->from6) >= 0) {
		if (!observes() && in_overlay6(m, f->to6) && local6(m, f->to6) < 0 && skb->pkt_type == TO_US)
			*verdict = to_tunnel(skb);
		return PASS;
	}
	if (is_link_local(f->from6) || !f->from6) {
		type = icmp_type(skb, f); /* router solicitation, neighbour solicitation and advertisement */
		return type == 133 || type == 135 || type == 136 ? PASS : SEND_HOST_OTHER;
	}
	/* As what guard has let in, where somebody has overwritten the mark. */
	if (!in_overlay6(m, f->from6) || local6(m, f->to6) < 0 || is_host_address(ip->from))
		return SEND_HOST_SPOOFED;
	if (!observes())
		*verdict = arrived(skb, f);
	return PASS;
}

/*
 * What the bridge gives to its host, to be delivered or routed: without gate a container could give its packets another host's
 * underlay address and have them routed to a tunnel, whose guard would believe them; or by ARP have what is for another host's containers.
 */
inline_ int judge(struct __sk_buff *skb, struct frame *f, int *verdict)
{
	const volatile struct mapping *m = &fan.mapping[0];
	struct ethernet *eth;

	if (!gather(skb, f, sizeof(*eth) + sizeof(struct ipv4)))
		return SEND_HOST_OTHER;
	eth = f->data;
	if (eth->type == TYPE_IPV4) {
		struct ipv4 *ip = (void *)(eth + 1);

		f->from = bpf_ntohl(ip->from);
		f->to = bpf_ntohl(ip->to);
	} else if (eth->type == TYPE_ARP) {
		if (!gather(skb, f, sizeof(*eth) + sizeof(struct arp)))
			return SEND_HOST_OTHER;
		f->from = bpf_ntohl(((struct arp *)(f->data + sizeof(*eth)))->from);
	} else if (eth->type == TYPE_8021Q || eth->type == TYPE_8021AD) {
		return SEND_VLAN; /* the kernel would take it out behind this hook */
	} else if (eth->type == TYPE_IPV6 && m->overlay6_mask) {
		return judge6(skb, f, m, verdict);
	} else {
		return SEND_HOST_OTHER;
	}
	if (in_local_slice(m, f->from) || !f->from)
		return PASS;
	if (!fan.bridged) /* no other host's container is at the bridge of an IPIP fan */
		return SEND_HOST_SPOOFED;
	if (skb->mark & LET_IN) {
		if (!observes())
			skb->mark &= ~LET_IN;
		return PASS;
	}
	/* Where a rule overwrites the mark, the addresses have to do; but nobody here speaks as another host: its first address. */
	return in_local_slice(m, f->to) && in_overlay(m, f->from) && (f->from & ((1u << m->shift) - 1)) != 1
		? PASS : SEND_HOST_SPOOFED;
}

/* The bridge, what it gives to its host. */
PROGRAM(gate)
{
	struct frame f = {};
	int verdict = TC_ACT_UNSPEC, why = judge(skb, &f, &verdict);

	if (observes())
		return tell(skb, why);
	return why == PASS ? verdict : drop(why);
}

char _license[] SEC("license") = "GPL";
