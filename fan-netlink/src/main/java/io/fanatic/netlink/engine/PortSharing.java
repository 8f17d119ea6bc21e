package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.resource.Change;
import io.fanatic.netlink.resource.LiveTunnelResource;
import io.fanatic.netlink.resource.PortResource;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.TunnelResource;
import io.fanatic.netlink.resource.UpResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which tunnels need a VNI filter. Without one an external VXLAN device has its UDP port for itself, and each packet is some 50
 * ns cheaper; with it, several share the port. So a fan that is alone on its port goes without, and when another one comes
 * a tunnel with a filter takes the place of its own, once. A tunnel that has a filter keeps it: nothing is gained by disturbing its flows.
 */
final class PortSharing {
    private final HostState host;
    private final DesiredState desired;

    PortSharing(DesiredState desired) {
        this.desired = desired;
        host = desired.host();
    }

    /** Whether the fan's tunnel has a filter, or has to have one. */
    boolean needsFilter(Fan fan) {
        for (LinkState link : host.links()) {
            if (link.vxlan().isPresent() && isAt(fan, link.vxlan().get())) {
                boolean itself = link.name().equals(fan.tunnel());
                if (!itself || link.vxlan().get().vniFilter()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isAt(Fan fan, LinkState.Vxlan vxlan) {
        return fan.transport().udpPort().equals(OptionalInt.of(vxlan.port()));
    }

    /** Replaces the tunnels of other fans that have the fan's port for themselves. */
    Plan makeRoomFor(Fan fan, List<Fan> others) {
        Plan plan = Plan.NOTHING;
        for (Fan other : others) {
            boolean alone = host.link(other.tunnel())
                    .filter(LinkState::isOurs)
                    .flatMap(LinkState::vxlan)
                    .filter(vxlan -> isAt(fan, vxlan) && !vxlan.vniFilter())
                    .isPresent();
            if (alone) {
                plan = plan.then(replace(other));
            }
        }
        return plan;
    }

    private Plan replace(Fan fan) {
        List<Resource> observed = desired.observed(fan);
        List<Resource> wanted = desired.tunnels(fan.type()).desired(fan, true);
        Optional<ProgramsResource> programs = programs(wanted).filter(observed::contains);
        Optional<TunnelResource> from = tunnel(observed);
        Optional<TunnelResource> to = tunnel(wanted);
        if (programs.isPresent() && from.isPresent() && to.isPresent()) {
            ProgramSpec spec = programs.get().spec().orElseThrow();
            // Programs on the underlay's device send to the tunnel by its index, which the new one does not have.
            Plan plan = Plan.NOTHING;
            for (Resource resource : observed) {
                if (isElsewhere(resource, fan.tunnel())) {
                    plan = plan.then(Plan.of(Change.delete(resource)));
                }
            }
            plan = plan.then(Plan.of(
                    Change.replace(new LiveTunnelResource(from.get(), spec), new LiveTunnelResource(to.get(), spec))));
            for (Resource resource : desired.paths().cardGuard(fan)) {
                plan = plan.then(Plan.of(Change.create(resource)));
            }
            return plan;
        }
        return makeAgain(fan, observed)
                .with("the tunnel of the fan " + fan.mapping()
                        + " is made again, as it shares its UDP port from now on: its packets are lost for a moment, and its counters start"
                        + " at zero");
    }

    private static boolean isElsewhere(Resource resource, String tunnel) {
        return resource instanceof ProgramsResource programs
                && programs.keeper().equals(tunnel)
                && !programs.device().equals(tunnel);
    }

    /** Of a fan that somebody took apart: what has no programs is in no use. */
    private Plan makeAgain(Fan fan, List<Resource> observed) {
        List<Resource> hanging = new ArrayList<>();
        List<Resource> rest = new ArrayList<>();
        for (Resource resource : observed) {
            boolean hangs = resource instanceof TunnelResource
                    || resource instanceof ProgramsResource programs
                            && programs.keeper().equals(fan.tunnel())
                    || resource instanceof PortResource
                    || resource.equals(new UpResource(fan.tunnel()));
            (hangs ? hanging : rest).add(resource);
        }
        List<Resource> again = new ArrayList<>(rest);
        again.addAll(desired.tunnels(fan.type()).desired(fan, true));
        // Without its programs a tunnel lets everything in: it stays down, and off the bridge.
        boolean guarded = !fan.slices().isEmpty();
        for (Resource resource : hanging) {
            if (guarded && (resource instanceof PortResource || resource instanceof UpResource)) {
                again.add(resource);
            }
        }
        again.addAll(desired.paths().cardGuard(fan));
        return Plan.between(observed, rest).then(Plan.between(rest, again));
    }

    private static Optional<TunnelResource> tunnel(List<Resource> resources) {
        for (Resource resource : resources) {
            if (resource instanceof TunnelResource tunnel) {
                return Optional.of(tunnel);
            }
        }
        return Optional.empty();
    }

    private static Optional<ProgramsResource> programs(List<Resource> resources) {
        for (Resource resource : resources) {
            if (resource instanceof ProgramsResource programs) {
                return Optional.of(programs);
            }
        }
        return Optional.empty();
    }
}
