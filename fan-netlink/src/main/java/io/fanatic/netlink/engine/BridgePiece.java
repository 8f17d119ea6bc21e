package io.fanatic.netlink.engine;

import io.fanatic.core.MacAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bridge that containers plug into.
 *
 * @param spanningTree whether it runs the spanning tree protocol, and so keeps a container's port silent for its first half minute; a fan's
 *     does not, as encap lets nothing of it out of the host
 */
record BridgePiece(String name, MacAddress mac, int mtu, boolean spanningTree, String mark) implements Piece {

    /** Name of a bridge that is not ready; see {@link Kernel#createTunnel}. */
    static final String TEMPORARY = "fan-new-bridge";

    @Override
    public String key() {
        return "bridge " + name;
    }

    @Override
    public void create(Kernel kernel) {
        NewDevice.make(kernel, TEMPORARY, name, mark, () -> kernel.createBridge(TEMPORARY, mac, mtu));
    }

    @Override
    public void delete(Kernel kernel) {
        // What a run that was killed while it stopped the DHCP server, or started it, left of that.
        kernel.stopDhcp(name);
        kernel.forgetLeases(name);
        kernel.deleteLink(TEMPORARY);
        kernel.deleteLink(name);
    }

    @Override
    public void change(Kernel kernel, Piece from) {
        BridgePiece old = (BridgePiece) from;
        if (old.mtu != mtu) {
            kernel.setMtu(name, mtu);
        }
        if (!old.mac.equals(mac)) {
            kernel.setMac(name, mac);
        }
        if (old.spanningTree != spanningTree) {
            kernel.setSpanningTree(name, spanningTree);
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
    public String changing(Piece from) {
        BridgePiece old = (BridgePiece) from;
        String verb = old.mark.isEmpty() ? "adopt bridge " : mark.isEmpty() ? "release bridge " : "change bridge ";
        return new Differences(verb + name)
                .add("MTU", old.mtu, mtu)
                .add("MAC address", old.mac, mac)
                .add("spanning tree", word(old.spanningTree), word(spanningTree))
                .add("mark", old.mark, mark)
                .toString();
    }

    private static String word(boolean on) {
        return on ? "on" : "off";
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BridgePiece that
                && mtu == that.mtu
                && spanningTree == that.spanningTree
                && name.equals(that.name)
                && mac.equals(that.mac)
                && mark.equals(that.mark);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, mac, mtu, spanningTree, mark);
    }
}
