package io.fanatic.netlink.resource;

import io.fanatic.core.MacAddress;
import io.fanatic.netlink.kernel.Ipv6Switches;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bridge that containers plug into.
 *
 * @param spanningTree whether it runs the spanning tree protocol, and so keeps a container's port silent for its first half minute; a fan's
 *     does not, as encap lets nothing of it out of the host
 * @param ipv6 whether the host takes IPv6 there, and how; on a fan without an IPv6 overlay it does not, as a container's router advertisement
 *     would be the host's default route
 * @param arpAnnounce which address the host's ARP gives as the sender; on a fan's bridge the host address, as encap takes any other one for
 *     forged: to a container that is reached through a published port the host speaks as whatever address the port is published at
 */
public record BridgeResource(
        String name, MacAddress mac, int mtu, boolean spanningTree, Ipv6Switches ipv6, int arpAnnounce, String mark)
        implements Resource {

    /** net.ipv4.conf.*.arp_announce: the sender of ARP is an address of the device that the question leaves by. */
    public static final int OWN_SENDER = 2;

    @Override
    public String key() {
        return "bridge " + name;
    }

    @Override
    public void create(Kernel kernel) {
        NewDevice.make(
                kernel,
                Kernel.TEMPORARY_BRIDGE,
                name,
                mark,
                () -> kernel.createLink(
                        Kernel.TEMPORARY_BRIDGE, new LinkSpec.Bridge(mac, mtu, ipv6.on(), arpAnnounce)));
    }

    @Override
    public void delete(Kernel kernel) {
        // What a run that was killed while it stopped the DHCP server, or started it, left of that.
        kernel.stopDhcp(name);
        kernel.forgetLeases(name);
        kernel.deleteLink(Kernel.TEMPORARY_BRIDGE);
        kernel.deleteLink(name);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        BridgeResource old = (BridgeResource) from;
        if (old.mtu != mtu) {
            kernel.setMtu(name, mtu);
        }
        if (!old.mac.equals(mac)) {
            kernel.setMac(name, mac);
        }
        if (old.spanningTree != spanningTree) {
            kernel.setSpanningTree(name, spanningTree);
        }
        // With an MTU below 1280 there is no IPv6; above, the kernel switches it on again.
        if (!old.ipv6.equals(ipv6) || old.mtu != mtu) {
            kernel.setIpv6(name, ipv6);
        }
        if (old.arpAnnounce != arpAnnounce) {
            kernel.setArpAnnounce(name, arpAnnounce);
        }
        if (!old.mark.equals(mark)) {
            kernel.setAlias(name, mark);
        }
    }

    @Override
    public String creating() {
        return "create bridge " + name + " (MAC address " + mac + ", MTU " + mtu + ")";
    }

    @Override
    public String deleting() {
        return "delete bridge " + name;
    }

    @Override
    public String changing(Resource from) {
        BridgeResource old = (BridgeResource) from;
        String verb = old.mark.isEmpty() ? "adopt bridge " : mark.isEmpty() ? "release bridge " : "change bridge ";
        Differences differences = new Differences(verb + name)
                .add("MTU", old.mtu, mtu)
                .add("MAC address", old.mac, mac)
                .add("spanning tree", word(old.spanningTree), word(spanningTree))
                .add("IPv6", word(old.ipv6.on()), word(ipv6.on()));
        if (old.ipv6.on() && ipv6.on()) {
            differences
                    .add("IPv6 forwarding", word(old.ipv6.router()), word(ipv6.router()))
                    .add("accept_ra", old.ipv6.acceptRa(), ipv6.acceptRa())
                    .add("accept_dad", old.ipv6.acceptDad(), ipv6.acceptDad());
        }
        return differences
                .add("arp_announce", old.arpAnnounce, arpAnnounce)
                .add("mark", old.mark, mark)
                .toString();
    }

    private static String word(boolean on) {
        return on ? "on" : "off";
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BridgeResource that
                && mtu == that.mtu
                && spanningTree == that.spanningTree
                && arpAnnounce == that.arpAnnounce
                && name.equals(that.name)
                && mac.equals(that.mac)
                && ipv6.equals(that.ipv6)
                && mark.equals(that.mark);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, mac, mtu, spanningTree, ipv6, arpAnnounce, mark);
    }
}
