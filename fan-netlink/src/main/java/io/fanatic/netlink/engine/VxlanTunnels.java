package io.fanatic.netlink.engine;

import static io.fanatic.core.FanException.Reason.CONFLICT;

import io.fanatic.core.FanException;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Transport;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.Label;
import io.fanatic.netlink.kernel.LinkSpec;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.TunnelResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Each VXLAN fan has an external VXLAN device of its own; several may share a UDP port. */
record VxlanTunnels(Kernel kernel, HostState host, Paths paths) implements Tunnels {

    /** The fan's numbers, which it has as this class is asked for VXLAN fans only. */
    private static Transport.Vxlan numbers(Fan fan) {
        return fan.transport().vxlan().orElseThrow();
    }

    @Override
    public void requireFree(Fan fan) {
        Transport.Vxlan wanted = numbers(fan);
        for (LinkState link : host.links()) {
            if (link.vxlan().isEmpty() || link.name().equals(fan.tunnel()) || Kernel.isTemporary(link.name())) {
                continue;
            }
            LinkState.Vxlan vxlan = link.vxlan().get();
            if (vxlan.port() != wanted.port()) {
                continue;
            }
            // A fan of ours that is alone on the port makes room.
            boolean shares = vxlan.external() && (vxlan.vniFilter() || link.isOurs());
            if (!shares) {
                throw new FanException(
                        CONFLICT,
                        "UDP port " + wanted.port() + " is held by the VXLAN device " + link.name()
                                + "; remove that device, or choose another port with --port on every host of the fan");
            }
            boolean sameVni = vxlan.admits(wanted.vni())
                    || Label.parse(link.alias())
                            .flatMap(label -> label.transport().vxlan())
                            .filter(other -> other.vni() == wanted.vni())
                            .isPresent();
            if (wanted.underlayOnly() && !link.isOurs()) {
                throw new FanException(
                        CONFLICT,
                        "underlay-only on UDP port " + wanted.port() + " would also cut off the VXLAN device "
                                + link.name()
                                + ", which is not ours; choose another port with --port on every host of the fan");
            }
            if (sameVni) {
                throw new FanException(
                        CONFLICT,
                        "VNI " + wanted.vni() + " on UDP port " + wanted.port() + " is held by the VXLAN device "
                                + link.name() + "; choose another with --vni on every host of the fan");
            }
        }
        if (!servesPort(wanted.port()) && kernel.isUdpPortHeld(wanted.port())) {
            throw new FanException(CONFLICT, LinkSpec.Vxlan.heldBySocket(wanted.port()));
        }
    }

    /** Whether the socket at a port is that of a tunnel. */
    private boolean servesPort(int port) {
        for (LinkState link : host.links()) {
            if (link.up() && link.vxlan().isPresent() && link.vxlan().get().port() == port) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Resource> desired(Fan fan, boolean vniFilter) {
        Transport.Vxlan numbers = numbers(fan);
        Resource tunnel = new TunnelResource(
                fan.tunnel(),
                numbers.vni(),
                numbers.port(),
                vniFilter,
                MacAddress.ofTunnel(fan.overlay(), fan.macSeed()),
                TunnelResource.WIDE,
                fan.tunnelLabel().toString());
        return fan.slices().isEmpty()
                ? List.of(tunnel)
                : List.of(tunnel, new ProgramsResource(fan.tunnel(), paths.tunnelPrograms(fan)));
    }

    @Override
    public List<Resource> observed(Fan fan) {
        Optional<LinkState> found = host.link(fan.tunnel())
                .filter(link -> link.isOurs() && link.vxlan().isPresent());
        if (found.isEmpty()) {
            return List.of();
        }
        List<Resource> resources = new ArrayList<>();
        LinkState link = found.get();
        LinkState.Vxlan vxlan = link.vxlan().orElseThrow();
        int vni = numbers(fan).vni();
        // Without a filter the VNI stands in the programs only.
        boolean ours = !vxlan.vniFilter() || vxlan.admits(vni) && vxlan.vnis().size() == 1;
        resources.add(new TunnelResource(
                link.name(),
                ours ? vni : TunnelResource.NO_VNI,
                vxlan.port(),
                vxlan.vniFilter(),
                link.mac(),
                link.mtu(),
                link.alias()));
        if (!fan.slices().isEmpty()) {
            resources.addAll(paths.observedTunnelPrograms(fan));
        }
        return resources;
    }

    @Override
    public List<Resource> desiredShared(List<Fan> fans) {
        return List.of();
    }

    @Override
    public List<Resource> observedShared() {
        return List.of();
    }
}
