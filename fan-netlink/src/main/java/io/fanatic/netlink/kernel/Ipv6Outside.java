package io.fanatic.netlink.kernel;

import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.firewall.NatTable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What leads IPv6 from containers to outside their overlays, and answers back.
 *
 * @param nat what is masqueraded
 * @param bridges the fans' bridges that forward what comes in by them; sorted
 * @param devices the host's devices that we have switched on, by which answers come in; sorted
 * @param closed what these do not forward to each other
 */
public record Ipv6Outside(
        List<NatTable.Entry> nat, List<String> bridges, List<String> devices, List<ForwardTable.Entry> closed) {
    /** Nothing of ours. */
    public static final Ipv6Outside NONE = new Ipv6Outside(List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Ipv6Outside {
        nat = List.copyOf(nat);
        bridges = List.copyOf(bridges);
        devices = List.copyOf(devices);
        closed = List.copyOf(closed);
    }

    /**
     * What the host has of IPv6 beside the fans.
     *
     * @param everywhere whether it forwards IPv6 by all devices
     * @param possible whether we can make it forward
     * @param byDevice whether the kernel can forward by some devices only (force_forwarding, Linux 6.17)
     * @param devices those with a global address or a route, and all where these would forward as well; empty where no default route leads
     *     anywhere. Sorted
     * @param forwarding those of them that forward without us
     */
    public record Host(
            boolean everywhere, boolean possible, boolean byDevice, List<String> devices, List<String> forwarding) {
        /** No way out. */
        public static final Host WITHOUT = new Host(false, true, true, List.of(), List.of());

        /** Copies the lists. */
        public Host {
            devices = List.copyOf(devices);
            forwarding = List.copyOf(forwarding);
        }

        /** {@return whether the host has a way out that containers cannot take, as it does not forward and cannot be made to} */
        public boolean isOutOfReach() {
            return !devices.isEmpty() && !everywhere && !possible;
        }
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6Outside that
                && nat.equals(that.nat)
                && bridges.equals(that.bridges)
                && devices.equals(that.devices)
                && closed.equals(that.closed);
    }

    @Override
    public int hashCode() {
        return Objects.hash(nat, bridges, devices, closed);
    }
}
