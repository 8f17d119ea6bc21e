package io.fanatic.netlink.resource;

import io.fanatic.core.FanNames;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkSpec;

/**
 * The tunnel that all IPIP fans share: an external IPIP device, of which a namespace has one at most.
 *
 * @param mtu bytes
 * @param mark its ifalias
 */
public record IpipTunnelResource(int mtu, String mark) implements Resource {
    private static final String NAME = FanNames.IPIP_TUNNEL;

    @Override
    public String key() {
        return "tunnel " + NAME;
    }

    @Override
    public void create(Kernel kernel) {
        NewDevice.make(
                kernel,
                Kernel.TEMPORARY_TUNNEL,
                NAME,
                mark,
                () -> kernel.createLink(Kernel.TEMPORARY_TUNNEL, new LinkSpec.Ipip(mtu)));
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteLink(Kernel.TEMPORARY_TUNNEL);
        kernel.deleteLink(NAME);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        IpipTunnelResource old = (IpipTunnelResource) from;
        if (old.mtu != mtu) {
            kernel.setMtu(NAME, mtu);
        }
        if (!old.mark.equals(mark)) {
            kernel.setAlias(NAME, mark);
        }
    }

    @Override
    public String creating() {
        return "create tunnel " + NAME + " (IPIP, MTU " + mtu + ")";
    }

    @Override
    public String deleting() {
        return "delete tunnel " + NAME;
    }

    @Override
    public String changing(Resource from) {
        IpipTunnelResource old = (IpipTunnelResource) from;
        return new Differences("change tunnel " + NAME)
                .add("MTU", old.mtu, mtu)
                .add("mark", old.mark, mark)
                .toString();
    }
}
