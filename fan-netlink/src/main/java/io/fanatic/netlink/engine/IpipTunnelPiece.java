package io.fanatic.netlink.engine;

import io.fanatic.core.FanNames;

/**
 * The tunnel that all IPIP fans share: an external IPIP device, of which a namespace has one at most.
 *
 * @param mtu bytes
 * @param mark its ifalias
 */
record IpipTunnelPiece(int mtu, String mark) implements Piece {
    private static final String NAME = FanNames.IPIP_TUNNEL;

    @Override
    public String key() {
        return "tunnel " + NAME;
    }

    @Override
    public void create(Kernel kernel) {
        NewDevice.make(
                kernel, TunnelPiece.TEMPORARY, NAME, mark, () -> kernel.createIpipTunnel(TunnelPiece.TEMPORARY, mtu));
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.deleteLink(TunnelPiece.TEMPORARY);
        kernel.deleteLink(NAME);
    }

    @Override
    public void change(Kernel kernel, Piece from) {
        IpipTunnelPiece old = (IpipTunnelPiece) from;
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
    public String changing(Piece from) {
        IpipTunnelPiece old = (IpipTunnelPiece) from;
        return new Differences("change tunnel " + NAME)
                .add("MTU", old.mtu, mtu)
                .add("mark", old.mark, mark)
                .toString();
    }
}
