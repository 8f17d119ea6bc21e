package io.fanatic.netlink.engine;

import io.fanatic.core.TunnelType;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tunnels need a VNI filter. Without one an external VXLAN device has its UDP port for itself, and each packet is some 50
 * ns cheaper; with it, several share the port. So a fan that is alone on its port goes without, and when another one comes
 * its tunnel is made again, once. A tunnel that has a filter keeps it: nothing is gained by disturbing its flows.
 */
final class PortSharing {
    private final Observed host;
    private final Blueprint blueprint;

    PortSharing(Observed host, Blueprint blueprint) {
        this.host = host;
        this.blueprint = blueprint;
    }

    /** Whether the fan's tunnel has a filter, or has to have one. */
    boolean needsFilter(Fan fan) {
        if (fan.type() != TunnelType.VXLAN) {
            return false;
        }
        for (LinkState link : host.links()) {
            if (link.vxlan().isPresent() && link.vxlan().get().port() == fan.port()) {
                boolean itself = link.name().equals(fan.tunnel());
                if (!itself || link.vxlan().get().vniFilter()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Makes the tunnels of other fans again that have the fan's port for themselves. */
    Plan makeRoomFor(Fan fan, List<Fan> others) {
        Plan plan = Plan.NOTHING;
        if (fan.type() != TunnelType.VXLAN) {
            return plan;
        }
        for (Fan other : others) {
            boolean alone = host.link(other.tunnel())
                    .filter(LinkState::isOurs)
                    .flatMap(LinkState::vxlan)
                    .filter(vxlan -> vxlan.port() == fan.port() && !vxlan.vniFilter())
                    .isPresent();
            if (alone) {
                plan = plan.then(makeAgain(other));
            }
        }
        return plan;
    }

    private Plan makeAgain(Fan fan) {
        List<Piece> observed = blueprint.observed(fan, host);
        List<Piece> hanging = new ArrayList<>();
        List<Piece> rest = new ArrayList<>();
        for (Piece piece : observed) {
            boolean hangs = piece instanceof TunnelPiece
                    || piece instanceof ProgramsPiece
                    || piece instanceof PortPiece
                    || piece.equals(new UpPiece(fan.tunnel()));
            (hangs ? hanging : rest).add(piece);
        }
        List<Piece> again = new ArrayList<>(rest);
        again.addAll(blueprint.desiredTunnel(fan, true));
        // Without its programs a tunnel lets everything in: it stays down, and off the bridge.
        boolean guarded = !fan.slices().isEmpty();
        for (Piece piece : hanging) {
            if (guarded && (piece instanceof PortPiece || piece instanceof UpPiece)) {
                again.add(piece);
            }
        }
        return Plan.between(observed, rest).then(Plan.between(rest, again));
    }
}
