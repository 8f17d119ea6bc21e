package io.fanatic.netlink.resource;

import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tunnel: an external VXLAN device.
 *
 * @param vniFilter whether it has a filter with its VNI, so that others can share the port; a filter cannot be added later
 */
public record TunnelResource(String name, int vni, int port, boolean vniFilter, MacAddress mac, int mtu, String mark)
        implements Resource {

    /**
     * The most that an outer packet holds. A bridge drops without a word what is larger than its port takes; what the tunnel
     * takes and the underlay does not, the tunnel answers with what would fit (Linux 5.9, skb_tunnel_check_pmtu). So the
     * bridge tells containers the MTU, and the tunnel corrects those that had it before the underlay's was lowered.
     */
    public static final int WIDE = 65535 - TunnelType.VXLAN.overhead();

    /** Stands for a filter that somebody emptied. */
    public static final int NO_VNI = -1;

    @Override
    public String key() {
        return "tunnel " + name;
    }

    @Override
    public void create(Kernel kernel) {
        NewDevice.make(kernel, Kernel.TEMPORARY_TUNNEL, name, mark, () -> {
            kernel.createLink(Kernel.TEMPORARY_TUNNEL, new LinkSpec.Vxlan(mac, mtu, port, vniFilter));
            if (vniFilter) {
                kernel.addVni(Kernel.TEMPORARY_TUNNEL, vni);
            }
        });
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteLink(Kernel.TEMPORARY_TUNNEL);
        kernel.deleteLink(name);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        TunnelResource old = (TunnelResource) from;
        if (old.mtu != mtu) {
            kernel.setMtu(name, mtu);
        }
        if (!old.mac.equals(mac)) {
            kernel.setMac(name, mac);
        }
        if (old.vni != vni) {
            if (old.vni != NO_VNI) {
                kernel.removeVni(name, old.vni);
            }
            if (vni != NO_VNI) {
                kernel.addVni(name, vni);
            }
        }
        if (!old.mark.equals(mark)) {
            kernel.setAlias(name, mark);
        }
    }

    @Override
    public String creating() {
        return "create tunnel " + name + " (VXLAN, VNI " + vni + ", UDP port " + port + (vniFilter ? " shared)" : ")");
    }

    @Override
    public String deleting() {
        return "delete tunnel " + name;
    }

    @Override
    public String changing(Resource from) {
        TunnelResource old = (TunnelResource) from;
        return new Differences("change tunnel " + name)
                .add("MTU", old.mtu, mtu)
                .add("MAC address", old.mac, mac)
                .add("VNI", old.vni, vni)
                .add("mark", old.mark, mark)
                .toString();
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TunnelResource that
                && vni == that.vni
                && port == that.port
                && vniFilter == that.vniFilter
                && mtu == that.mtu
                && name.equals(that.name)
                && mac.equals(that.mac)
                && mark.equals(that.mark);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, vni, port, vniFilter, mac, mtu, mark);
    }
}
