package io.fanatic.netlink.engine;

import static io.fanatic.core.FanException.Reason.CONFLICT;

import io.fanatic.core.FanException;
import io.fanatic.core.FanNames;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.IpipProgramSpec;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.Label;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.resource.DeviceForwardingResource;
import io.fanatic.netlink.resource.IpipTunnelResource;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.UpResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All IPIP fans of a host share one external IPIP device, of which a network namespace has one at most. */
record IpipTunnels(Kernel kernel, HostState host, Paths paths) implements Tunnels {

    /**
     * The kernel gives an IPIP packet to one device: one whose local and remote address fit it before one that fits any, such a one
     * before the external device, and that before tunl0.
     */
    @Override
    public void requireFree(Fan fan) {
        for (LinkState link : host.links()) {
            if (link.ipip().isEmpty() || link.isOurs() || Kernel.isTemporary(link.name())) {
                continue;
            }
            LinkState.Ipip ipip = link.ipip().get();
            if (ipip.external()) {
                rival(
                        link,
                        "takes its addresses from metadata (external), and a network namespace has one such device at most",
                        "");
            } else if (link.name().equals(HostState.IPIP_FALLBACK)) {
                boolean used = link.up()
                        || host.addresses().stream().anyMatch(a -> a.link().equals(link.name()));
                if (used) {
                    rival(link, "is in use, and the fan's tunnel would swallow its packets", "");
                }
            } else if (link.up()
                    && ipip.local()
                            .filter(local -> !fan.underlayAddresses().contains(local))
                            .isEmpty()
                    && ipip.remote()
                            .filter(remote -> !fan.mapping().underlay().contains(remote))
                            .isEmpty()) {
                String from = ipip.remote().map(remote -> " from " + remote).orElse("");
                rival(link, "would swallow the fan's packets" + from, " or set it down");
            }
        }
    }

    private static void rival(LinkState link, String why, String orElse) {
        throw new FanException(
                CONFLICT,
                "the IPIP device " + link.name() + " " + why + "; remove it" + orElse
                        + ", or choose VXLAN on every host of the fan (-t vxlan)");
    }

    @Override
    public List<Resource> desired(Fan fan, boolean vniFilter) {
        return List.of();
    }

    @Override
    public List<Resource> observed(Fan fan) {
        return List.of();
    }

    /** As wide as the widest of the fans; their routes keep the others within their own MTU. */
    @Override
    public List<Resource> desiredShared(List<Fan> fans) {
        Optional<ProgramSpec> programs = programs(fans);
        if (programs.isEmpty()) {
            return List.of();
        }
        int mtu = 0;
        for (Fan fan : fans) {
            mtu = isServed(fan) ? Math.max(mtu, fan.mtu()) : mtu;
        }
        List<Resource> resources = new ArrayList<>();
        resources.add(new IpipTunnelResource(mtu, Label.IPIP_TUNNEL));
        resources.add(new ProgramsResource(FanNames.IPIP_TUNNEL, programs.get()));
        if (host.needsForwarding(FanNames.IPIP_TUNNEL)) {
            resources.add(new DeviceForwardingResource(FanNames.IPIP_TUNNEL));
        }
        resources.add(new UpResource(FanNames.IPIP_TUNNEL));
        return resources;
    }

    private static boolean isServed(Fan fan) {
        return fan.type() == TunnelType.IPIP && !fan.slices().isEmpty();
    }

    private Optional<ProgramSpec> programs(List<Fan> fans) {
        List<FanProgramSpec> specs = new ArrayList<>();
        for (Fan fan : fans) {
            if (isServed(fan)) {
                specs.add(paths.programs(fan));
            }
        }
        return specs.isEmpty() ? Optional.empty() : Optional.of(new IpipProgramSpec(specs, kernel.learnsPathMtu()));
    }

    @Override
    public List<Resource> observedShared() {
        Optional<LinkState> tunnel = host.link(FanNames.IPIP_TUNNEL)
                .filter(link -> link.isOurs() && link.ipip().isPresent());
        if (tunnel.isEmpty()) {
            return List.of();
        }
        List<Resource> resources = new ArrayList<>();
        LinkState link = tunnel.get();
        resources.add(new IpipTunnelResource(link.mtu(), link.alias()));
        programs(host.fans()).ifPresent(programs -> resources.addAll(host.programs(link.name(), programs)));
        if (host.forwarding().on().contains(link.name())) {
            resources.add(new DeviceForwardingResource(link.name()));
        }
        if (link.up()) {
            resources.add(new UpResource(link.name()));
        }
        return resources;
    }
}
