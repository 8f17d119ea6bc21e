/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that only look: loaded once more with observed set, they decide as they do in the fan, tell what they decided and pass the
 * frame on as it is, in front of those that act.
 *
 * What they write is limited, for each reason and CPU, to 100 records in each window of 2^30 ns; all else is only counted.
 */
enum { MAX_RECORDS = 100, WINDOW_BITS = 30, CAPTURED = 96 };

struct record {
	__u64 time; /* nanoseconds since boot */
	__u32 reason, length, outer_source, vni, fan, captured;
	__u8 beginning[CAPTURED];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} fan_monitor SEC(".maps");

inline_ bool observes(void) { return fan.observed; }

/* What a frame says of itself: of ARP sender and target. */
struct addresses { __u32 family; __be32 from[4], to[4]; };

inline_ void read_addresses(struct __sk_buff *skb, const struct record *r, struct addresses *a)
{
	__be16 type = fan.ethernet ? ((const struct ethernet *)r->beginning)->type : TYPE_IPV4;
	__u32 link = fan.ethernet ? sizeof(struct ethernet) : 0;

	if (type == TYPE_IPV6) {
		a->family = AF_INET6;
		bpf_skb_load_bytes(skb, link + offsetof(struct ipv6, from), a->from, sizeof(a->from));
		bpf_skb_load_bytes(skb, link + offsetof(struct ipv6, to), a->to, sizeof(a->to));
	} else if (type == TYPE_ARP) {
		a->family = AF_INET;
		bpf_skb_load_bytes(skb, link + offsetof(struct arp, from), a->from, sizeof(a->from[0]));
		bpf_skb_load_bytes(skb, link + offsetof(struct arp, to), a->to, sizeof(a->to[0]));
	} else if (type == TYPE_IPV4) {
		a->family = AF_INET;
		bpf_skb_load_bytes(skb, link + offsetof(struct ipv4, from), a->from, sizeof(a->from[0]));
		bpf_skb_load_bytes(skb, link + offsetof(struct ipv4, to), a->to, sizeof(a->to[0]));
	}
}

inline_ bool in_prefix(const volatile struct prefix *p, const __be32 address[4])
{
	if ((bpf_ntohl(address[0]) & p->mask[0]) != p->address[0])
		return false;
	return p->family == AF_INET || ((bpf_ntohl(address[1]) & p->mask[1]) == p->address[1]
		&& (bpf_ntohl(address[2]) & p->mask[2]) == p->address[2] && (bpf_ntohl(address[3]) & p->mask[3]) == p->address[3]);
}

inline_ bool fits_filter(const volatile struct filter *filter, const struct record *r, const struct addresses *a)
{
	if (filter->outer_source && filter->outer_source == r->outer_source)
		return true;
	/* Unrolled, the place of each is a constant, as the verifier wants of a pointer without CAP_PERFMON. */
#pragma clang loop unroll(full)
	for (int i = 0; i < MAX_PREFIXES && i < filter->prefixes; i++) {
		const volatile struct prefix *p = &filter->prefix[i];

		if (p->family == a->family && (in_prefix(p, a->from) || in_prefix(p, a->to)))
			return true;
	}
	return false;
}

inline_ bool wanted(struct __sk_buff *skb, const struct record *r)
{
	struct addresses a = {};

	if (fan.filters)
		read_addresses(skb, r, &a);
	return (fan.filters < 1 || fits_filter(&fan.filter[0], r, &a)) && (fan.filters < 2 || fits_filter(&fan.filter[1], r, &a));
}

/* Counts the frame; whether a record of it may be written. The window's number is in the upper bits, their count in the lower 16. */
inline_ bool may_tell(enum counter why, __u64 time)
{
	__u64 *window = counted(COUNTERS + why), value;

	count(why, 0);
	if (!window)
		return false;
	value = *window >> 16 == time >> WINDOW_BITS ? *window : time >> WINDOW_BITS << 16;
	if ((value & 0xffff) >= MAX_RECORDS)
		return false;
	*window = value + 1;
	return true;
}

/* Tells what was decided of a frame, and passes it on. */
static __noinline int tell(struct __sk_buff *skb, int why)
{
	struct record r = {};
	struct bpf_tunnel_key key = {};

	if (why == PASS || !(fan.observed & 1u << why))
		return TC_ACT_UNSPEC;
	r.reason = why;
	r.length = skb->len;
	r.fan = fan.number;
	r.captured = skb->len < CAPTURED ? skb->len : CAPTURED;
	if (!r.captured || bpf_skb_load_bytes(skb, 0, r.beginning, r.captured))
		r.captured = 0;
	if (why >= RECEIVED && !bpf_skb_get_tunnel_key(skb, &key, offsetof(struct bpf_tunnel_key, local_ipv4), 0)) {
		r.outer_source = key.remote_ipv4;
		r.vni = key.tunnel_id;
	}
	r.time = bpf_ktime_get_boot_ns();
	if (wanted(skb, &r) && may_tell(why, r.time))
		bpf_ringbuf_output(&fan_monitor, &r, sizeof(r), 0);
	return TC_ACT_UNSPEC;
}
