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
 * <tr><th>to read first<td>Fan, HostState, DesiredState, Plan, Planner, Engine
 * <tr><th>what a fan consists of<td>{@code io.fanatic.netlink.resource}: one class for each kind of thing
 * <tr><th>what a fan shares with others<td>DesiredState, FanForwarding, PortSharing
 * <tr><th>what differs by transport<td>Tunnels: VxlanTunnels, IpipTunnels; Ipv6Overlay
 * <tr><th>before anything is touched<td>Preflight, Underlay, HostLock, WantedFan
 * <tr><th>the path of packets and their programs<td>Paths, which asks FastPath and DirectPath; FanPath
 * <tr><th>watching packets<td>Monitor, MonitorSpec, MonitoredFrame, PacketHeader
 * <tr><th>the kernel<td>{@link io.fanatic.netlink.kernel}
 * </table>
 */
@NullMarked
package io.fanatic.netlink.engine;

import org.jspecify.annotations.NullMarked;
