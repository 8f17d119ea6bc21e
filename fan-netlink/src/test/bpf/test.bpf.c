/* SPDX-License-Identifier: GPL-2.0 */
/*
 * encap and guard for BPF_PROG_TEST_RUN, whose frames have no tunnel metadata, and which does not show what a program sets. One wrapper
 * sets a key first, the other reads it back and leaves it in the context. Reading tells source as remote and destination as local, since it is
 * meant for received packets; setting is the other way round. In the context: mark: a key is to be set; cb[0]: outer source; cb[1]: VNI; cb[2]: a VLAN
 * tag is to be put in the metadata; cb[3]: the length that the frame is to be cut to.
 */
#define PROGRAM(name) static __always_inline int name(struct __sk_buff *skb)
#include "../../main/bpf/fan.bpf.c"

enum { NOT_PREPARED = 98, NO_KEY = 99 };

inline_ bool prepare(struct __sk_buff *skb)
{
	return !(skb->cb[3] && bpf_skb_change_tail(skb, skb->cb[3], 0)) && !(skb->cb[2] && bpf_skb_vlan_push(skb, TYPE_8021Q, 5));
}

SEC("tc") int test_encap(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = {};
	int verdict;

	if (!prepare(skb))
		return NOT_PREPARED;
	verdict = encap(skb);
	if (verdict != TC_ACT_UNSPEC)
		return verdict;
	if (bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0))
		return NO_KEY;
	skb->mark = key.remote_ipv4;
	skb->cb[0] = key.local_ipv4;
	skb->cb[1] = key.tunnel_id;
	skb->cb[2] = key.tunnel_ttl;
	return verdict;
}

SEC("tc") int test_guard(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = { .local_ipv4 = skb->cb[0], .tunnel_id = skb->cb[1] };

	if (!prepare(skb) || (skb->mark && bpf_skb_set_tunnel_key(skb, &key, sizeof(key), 0)))
		return NOT_PREPARED;
	return guard(skb);
}
