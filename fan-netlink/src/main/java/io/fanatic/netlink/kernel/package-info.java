/**
 * What the engine asks of the kernel and tells it: {@link io.fanatic.netlink.kernel.Kernel}, which
 * {@link io.fanatic.netlink.kernel.LinuxKernel} does by netlink, bpf(2) and /proc, and {@link io.fanatic.netlink.kernel.MemoryKernel}
 * in memory, for tests. It knows devices, addresses, routes and filters, and no fan.
 *
 * <p>What is where:
 *
 * <table>
 * <caption>The classes by what they are</caption>
 * <tr><th>to read first<td>Kernel, LinkState, LinkSpec
 * <tr><th>what it tells<td>the classes named State, Label (what a device's alias says), Ipv6Outside, BridgedRules
 * <tr><th>what is tried<td>KernelFeature, KernelFeatures, IpipPathMtu, Ipv6Links
 * <tr><th>what it forwards and what a firewall does to that<td>Forwarding, ForwardingJournal, Ipv6Gateway, FirewallRules, PassedBy, EthernetTrust
 * </table>
 */
@NullMarked
package io.fanatic.netlink.kernel;

import org.jspecify.annotations.NullMarked;
