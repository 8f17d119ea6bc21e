/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs of a fan share: what the fan is, who owns an address, what is counted, and how a frame's headers are read.
 *
 * Addresses and ports are in the order of the CPU, __be16 and __be32 in that of the network. What a fan does not use costs
 * nothing: its constants are known to the verifier, which leaves out what they rule out.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define inline_ static __always_inline
#ifndef PROGRAM /* tests call them */
#define PROGRAM(name) SEC("tc") int name(struct __sk_buff *skb)
#endif
#define MAX_LOCALS 16
#define MAX_MAPPINGS 16
#define MAX_NETWORKS 16
#define MAX_FILTERS 2
#define MAX_PREFIXES 8

/* The mark's bit by which guard tells gate what it has let in. The kernel clears it where a frame enters another namespace. */
#define LET_IN (1 << 12)

/* Counter.java, which says what they mean. Of each way a frame is refused, what is received has 16 more than what is sent. */
enum counter {
	SENT, SEND_MALFORMED, SEND_VLAN, SEND_IPV6, SEND_OTHER, SEND_BROADCAST, SEND_MULTICAST, SEND_ARP_PROBE, SEND_SPOOFED,
	SEND_OFF_OVERLAY, SEND_NO_HOST, SEND_OWN_SLICE, SEND_KEY_REFUSED, SEND_HOST_SPOOFED, SEND_HOST_OTHER, SEND_HOP_LIMIT,
	RECEIVED, RECEIVE_MALFORMED, RECEIVE_VLAN, RECEIVE_IPV6, RECEIVE_OTHER, RECEIVE_BROADCAST, RECEIVE_MULTICAST,
	RECEIVE_ARP_PROBE, RECEIVE_SPOOFED, RECEIVE_NOT_LOCAL, RECEIVE_NO_KEY, RECEIVE_OTHER_VNI, RECEIVE_NESTED,
	RECEIVE_HOP_LIMIT, RECEIVE_NO_NEIGHBOUR, SENT_DIRECT, COUNTERS,
	PASS = -1 /* is not counted */
};

/* Who owns which address. */
struct mapping {
	__u32 overlay, overlay_mask;
	__u32 underlay, underlay_mask;
	__u32 shift;             /* an overlay address, shifted right so far, ends with its owner's host part */
	__u32 locals;            /* how many of local[] count, at least 1 */
	__u32 local[MAX_LOCALS]; /* this host's underlay addresses */
	/* Of an IPv6 overlay the first 64 bits, which are a slice. */
	__u64 overlay6, overlay6_mask; /* mask 0: the fan has none */
	__u32 shift6;                  /* how far the host part is to the left of their end */
};

struct network { __u32 address, mask; };

struct prefix { __u32 family, address[4], mask[4]; }; /* of IPv4 the first words */

/* Of an observer: only frames of which one address is in one of these, or that came from that host. */
struct filter {
	__u32 outer_source; /* 0: none */
	__u32 prefixes;
	struct prefix prefix[MAX_PREFIXES];
};

/* All that the programs of a device know; written before they are loaded. Constants.java has it in the same order. */
struct fan {
	struct mapping mapping[MAX_MAPPINGS];
	__u32 mappings;           /* one, but on the device that all IPIP fans share */
	__u32 vni, port;
	__u32 first_port, ports;  /* the source ports of the kernel's VXLAN device */
	__u32 card;               /* index of the underlay's device */
	__u32 tunnel, bridge;     /* indexes of the fan's devices */
	__u32 on_links;           /* 0: nothing goes without encapsulation */
	struct { __u32 address, mask; } on_link[MAX_NETWORKS];
	__u32 reserve[MAX_LOCALS]; /* of the slice of each local[] so many addresses, after its network's, are the host's own */
	__u32 suspicious;         /* a bit for each counter of drops that somebody should look at */
	__u32 observed;           /* a bit for each counter that an observer is to tell of; 0: the programs act */
	__u32 number;             /* of the fan, in an observer's records */
	__u32 filters;            /* a frame has to fit each */
	struct filter filter[MAX_FILTERS];
	__u8 tunnel_mac[6], bridge_mac[6], router_mac[6];
	__u8 ethernet;            /* frames have an Ethernet header: all but what IPIP carries */
	__u8 bridged;             /* frames of other hosts' containers come by the bridge: not with IPIP */
	__u8 fast;                /* the fan's own programs write and remove outer headers */
	__u8 sets_local;          /* the tunnel key has a local address (Linux 6.0) */
	__u8 learns_path_mtu;     /* of IPIP: the outer packet may forbid fragments */
	__u8 delivers_ipv6;       /* IPv6 that the fast path receives goes to containers by the bridge's neighbour table */
	__u8 translates;          /* what leaves the overlay takes its host's address */
};

const volatile struct fan fan = {};

/* For each counter its count and the time of the last one in nanoseconds since boot; then the flows of witness.h. */
#define PLACES 1024
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 2 * COUNTERS + 2 * PLACES);
} fan_counters SEC(".maps");

inline_ __u64 *counted(__u32 at)
{
	return bpf_map_lookup_elem(&fan_counters, &at);
}

/* Its own CPU's value, and softirqs are off: no atomic addition needed. */
inline_ int count(enum counter why, int verdict)
{
	__u64 *n = counted(why);

	if (n)
		++*n;
	return verdict;
}

inline_ int drop(enum counter why)
{
	if (fan.suspicious & 1u << why) {
		__u64 *last = counted(COUNTERS + why);

		if (last)
			*last = bpf_ktime_get_boot_ns();
	}
	return count(why, TC_ACT_SHOT);
}

/* Headers as they lie in frames, where an Ethernet header in front leaves them on even addresses only. */
struct mac { __be16 part[3]; } __attribute__((packed, aligned(2)));

struct ethernet { struct mac to, from; __be16 type; } __attribute__((packed, aligned(2)));

struct ipv4 {
	__u8 version_length, tos;
	__be16 total, id, fragment;
	__u8 ttl, protocol;
	__be16 checksum;
	__be32 from, to;
} __attribute__((packed, aligned(2)));

struct arp {
	__be16 hardware, protocol, lengths, operation;
	struct mac sender;
	__be32 from;
	struct mac target;
	__be32 to;
} __attribute__((packed, aligned(2)));

struct ipv6 {
	__be32 version;
	__be16 payload;
	__u8 next, hop_limit;
	__be32 from[4], to[4];
} __attribute__((packed, aligned(2)));

#define TYPE_IPV4 bpf_htons(0x0800)
#define TYPE_ARP bpf_htons(0x0806)
#define TYPE_8021Q bpf_htons(0x8100)
#define TYPE_8021AD bpf_htons(0x88a8)
#define TYPE_IPV6 bpf_htons(0x86dd)

enum { TCP = 6, UDP = 17, IPIP = 4, ICMPV6 = 58, MAX_HOP_LIMIT = 255, AF_INET = 2, AF_INET6 = 10 };
enum { TO_US = 0, TO_ALL = 1, TO_ANOTHER = 3 }; /* skb->pkt_type */

/* A frame that is looked at. */
struct frame {
	void *data, *end;  /* of what lies in one piece */
	__u32 from, to;    /* addresses, later their owners */
	__u64 from6, to6;  /* first halves of IPv6's */
	bool is_ipv6;
};

/* Pointers that the compiler must not take for numbers of 32 bits, as their fields say. */
#define PACKET_POINTER(skb, field) ({ void *p; \
	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(p) : "r"(skb), "i"(offsetof(struct __sk_buff, field))); p; })

inline_ void look_at(struct __sk_buff *skb, struct frame *f)
{
	f->data = PACKET_POINTER(skb, data);
	f->end = PACKET_POINTER(skb, data_end);
}

/* Whether so many bytes are there, gathered in one piece. */
inline_ bool gather(struct __sk_buff *skb, struct frame *f, __u32 bytes)
{
	look_at(skb, f);
	if (f->data + bytes <= f->end)
		return true;
	if (bpf_skb_pull_data(skb, bytes))
		return false;
	look_at(skb, f);
	return f->data + bytes <= f->end;
}

inline_ bool same_mac(const struct mac *a, const struct mac *b)
{
	return a->part[0] == b->part[0] && a->part[1] == b->part[1] && a->part[2] == b->part[2];
}

inline_ bool is_group(const struct mac *m) { return m->part[0] & bpf_htons(0x0100); }

inline_ bool is_all(const struct mac *m) { return (m->part[0] & m->part[1] & m->part[2]) == 0xffff; }

/* A sender that the bridge takes: neither a group nor nobody. It would drop such a frame and tell nobody. */
inline_ bool is_sender(const struct mac *m) { return !is_group(m) && (m->part[0] | m->part[1] | m->part[2]); }

inline_ __be16 part(const volatile __u8 mac[6], int i) { return bpf_htons(mac[2 * i] << 8 | mac[2 * i + 1]); }

inline_ void set_mac(struct mac *m, const volatile __u8 mac[6])
{
	for (int i = 0; i < 3; i++)
		m->part[i] = part(mac, i);
}

inline_ bool in_overlay(const volatile struct mapping *m, __u32 address)
{
	return (address & m->overlay_mask) == m->overlay;
}

inline_ __u32 owner(const volatile struct mapping *m, __u32 address)
{
	return m->underlay | (address & ~m->overlay_mask) >> m->shift;
}

/* No host has the first or the last address of its network, unless the network is of two addresses or one. */
inline_ bool is_host(const volatile struct mapping *m, __u32 underlay)
{
	__u32 all = ~m->underlay_mask, host = underlay & all;

	return all < 2 || (host && host != all);
}

/* The number of this host's address among those of the fan, or -1. */
inline_ int local(const volatile struct mapping *m, __u32 underlay)
{
	for (int i = 0; i < MAX_LOCALS && i < m->locals; i++)
		if (m->local[i] == underlay)
			return i;
	return -1;
}

inline_ bool is_ours(const volatile struct mapping *m, __u32 underlay) { return local(m, underlay) >= 0; }

inline_ bool in_local_slice(const volatile struct mapping *m, __u32 address)
{
	return in_overlay(m, address) && is_ours(m, owner(m, address));
}

inline_ bool on_link(__u32 underlay)
{
	for (int i = 0; i < MAX_NETWORKS && i < fan.on_links; i++)
		if ((underlay & fan.on_link[i].mask) == fan.on_link[i].address)
			return true;
	return false;
}

/* Whether it is a header of IPv4; one with options ends before its packet does. */
inline_ bool is_ipv4(const struct ipv4 *ip)
{
	__u32 total = bpf_ntohs(ip->total), header = (ip->version_length & 15) * 4;

	return ip->version_length >> 4 == 4 && (header == sizeof(*ip) || (header > sizeof(*ip) && (!total || header <= total)));
}

/* Whether so many bytes of a packet of IPv4 are there as its header says; padding may follow. */
inline_ bool is_whole(const struct ipv4 *ip, __u32 there)
{
	__u32 total = bpf_ntohs(ip->total);

	if (!total) /* more than 65535 bytes, still to be cut into segments (BIG TCP) */
		return there > 0xffff;
	return sizeof(*ip) <= total && total <= there;
}

/* What an ARP packet says of itself: of Ethernet and IPv4, and from where it came. */
inline_ bool is_arp(const struct ethernet *eth, const struct arp *arp)
{
	return arp->hardware == bpf_htons(1) && arp->protocol == TYPE_IPV4 && arp->lengths == bpf_htons(0x0604)
		&& (arp->operation == bpf_htons(1) || arp->operation == bpf_htons(2))
		&& same_mac(&arp->sender, &eth->from) && (!is_group(&eth->to) || is_all(&eth->to));
}

/*
 * Reads who sends a frame and who is to get it: of IPv4 what the header says, of ARP sender and target. 0, or why it is refused:
 * SEND_IPV6 for who carries IPv6 to go on with.
 */
inline_ int parse_behind(struct __sk_buff *skb, struct frame *f, const __u32 link)
{
	struct ethernet *eth;
	struct ipv4 *ip;

	if (!gather(skb, f, link + sizeof(*ip)))
		return SEND_MALFORMED;
	eth = f->data;
	ip = f->data + link;
	if (link) {
		if (skb->vlan_present || eth->type == TYPE_8021Q || eth->type == TYPE_8021AD)
			return SEND_VLAN;
		if (eth->type == TYPE_IPV6)
			return SEND_IPV6;
		if (eth->type == TYPE_ARP) {
			struct arp *arp;

			if (!gather(skb, f, link + sizeof(*arp)))
				return SEND_MALFORMED;
			eth = f->data;
			arp = f->data + link;
			if (!is_arp(eth, arp))
				return SEND_MALFORMED;
			f->from = bpf_ntohl(arp->from);
			f->to = bpf_ntohl(arp->to);
			return f->from ? 0 : SEND_ARP_PROBE;
		}
		if (eth->type != TYPE_IPV4)
			return SEND_OTHER;
	} else if (ip->version_length >> 4 == 6) {
		return SEND_IPV6;
	}
	if (!is_ipv4(ip))
		return SEND_MALFORMED;
	if (link && is_group(&eth->to))
		return is_all(&eth->to) ? SEND_BROADCAST : SEND_MULTICAST;
	if (!is_whole(ip, skb->len - link))
		return SEND_MALFORMED;
	f->from = bpf_ntohl(ip->from);
	f->to = bpf_ntohl(ip->to);
	return 0;
}

/* A pointer into a packet takes only constants from who has CAP_BPF and no more, so the two are two. */
inline_ int parse(struct __sk_buff *skb, struct frame *f)
{
	return fan.ethernet ? parse_behind(skb, f, sizeof(struct ethernet)) : parse_behind(skb, f, 0);
}
