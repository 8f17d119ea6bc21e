package io.fanatic.netlink.engine;

import io.fanatic.core.FanException;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.resource.Resource;
import java.util.List;

/**
 * The tunnel devices of one transport, with their programs. What the engine does differently by transport is in the classes
 * that are permitted here, one for each, and nowhere else; what follows from the delivery (a bridge port, a route) is in
 * {@link DesiredState}.
 */
sealed interface Tunnels permits VxlanTunnels, IpipTunnels {

    /** @param paths knows the programs of fans */
    static Tunnels of(TunnelType type, Kernel kernel, HostState host, Paths paths) {
        return switch (type) {
            case VXLAN -> new VxlanTunnels(kernel, host, paths);
            case IPIP -> new IpipTunnels(kernel, host, paths);
        };
    }

    /** @throws FanException CONFLICT when somebody else's device would take the fan's packets, or the fan's tunnel would take theirs */
    void requireFree(Fan fan);

    /**
     * The tunnel that a fan has for itself, with its programs, as it should be; of a fan without addresses, which nobody's packets
     * belong to, it has none.
     *
     * @param vniFilter whether it shares its port with others
     */
    List<Resource> desired(Fan fan, boolean vniFilter);

    /** What is there of the tunnel that a fan has for itself. */
    List<Resource> observed(Fan fan);

    /** The tunnel that all fans of this transport share, as it should be. */
    List<Resource> desiredShared(List<Fan> fans);

    /** What is there of the tunnel that all fans of this transport share. */
    List<Resource> observedShared();
}
