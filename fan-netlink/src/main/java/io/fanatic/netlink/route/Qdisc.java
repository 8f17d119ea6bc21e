package io.fanatic.netlink.route;

/**
 * A queueing discipline.
 *
 * @param index the interface
 * @param kind {@code noqueue}, {@code fq_codel}, {@code clsact} and so on
 * @param handle its number, major in the upper 16 bits; the kernel's choice for most
 * @param parent what it hangs on: 0xffffffff the root, 0xfffffff1 clsact's place
 */
public record Qdisc(int index, String kind, int handle, int parent) {}
