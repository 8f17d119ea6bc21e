/**
 * Brings a fan up and takes it down: what is {@linkplain io.fanatic.netlink.engine.HostState observed}, what is
 * {@linkplain io.fanatic.netlink.engine.DesiredState desired}, the {@linkplain io.fanatic.netlink.engine.Plan plan} of changes
 * between them, and the {@linkplain io.fanatic.netlink.engine.Engine engine} that applies it or undoes it. Embedders start
 * at {@link io.fanatic.netlink.FanNetwork} instead.
 *
 * <p>What is where:
 *
 * <table>
 * <caption>The classes by what they are</caption>
 * <tr><th>to read first<td>Fan, HostState, DesiredState, Change, Plan, Engine
 * <tr><th>what a fan consists of<td>Resource and the classes named after it: one for each kind of thing, with how it is made, changed and removed
 * <tr><th>what differs by transport<td>Tunnels: VxlanTunnels, IpipTunnels; PortSharing; Ipv6Overlay
 * <tr><th>the kernel<td>Kernel: LinuxKernel, and MemoryKernel for tests; what it tells: the classes named State, Label, LinkSpec; ProgramHooks: TcxHooks,
 *     ClsactHooks; CounterPins, NotedPrograms, ForwardingJournal, FirewallRules
 * <tr><th>what is tried<td>KernelFeature, KernelFeatures, IpipPathMtu, Ipv6Links
 * <tr><th>before anything is touched<td>Preflight, Underlay, and what decides the path of packets: FanPath, FastPath, PassedBy, DirectPath, EthernetTrust, BridgedRules
 * <tr><th>watching packets<td>Monitor, MonitorSpec, MonitoredFrame, PacketHeader
 * </table>
 */
@NullMarked
package io.fanatic.netlink.engine;

import org.jspecify.annotations.NullMarked;
