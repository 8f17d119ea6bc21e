package io.fanatic.netlink.engine;

import io.fanatic.core.Delivery;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.ForwardingState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.resource.AcceptResource;
import io.fanatic.netlink.resource.ForwardTableResource;
import io.fanatic.netlink.resource.ForwardingResource;
import io.fanatic.netlink.resource.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How packets of fans pass a host as it was read and leave it: what its devices forward and what not, and the rules that let packets pass
 * where a firewall would drop them. As it should be, and as it is.
 */
final class FanForwarding {
    private final HostState host;

    FanForwarding(HostState host) {
        this.host = host;
    }

    /**
     * The host's devices forward, as answers from outside come in by them, and to each other they forward nothing. Those that forward
     * already do that without us: they are neither switched nor filtered. Once switched they stay so, whether they have an address at the
     * moment or not. Where the host forwards everywhere all that is somebody
     * else's, and so it stays; but what an earlier version of ours did to it is set back.
     */
    void desired(List<Fan> fans, List<Resource> resources) {
        ForwardingState now = host.forwarding();
        if (fans.isEmpty()) {
            return;
        }
        if (now.isSettled()) {
            if (now.ours().isEverywhere()) {
                resources.add(new ForwardingResource(true, List.of()));
            }
            return;
        }
        Set<String> outer = host.outer();
        for (Fan fan : fans) {
            outer.remove(fan.bridge());
        }
        if (now.ours() == ForwardingState.Ours.DEVICES) {
            outer.addAll(now.switched());
        }
        Set<String> devices = new TreeSet<>(outer);
        devices.removeAll(now.others());
        if (!devices.isEmpty()) {
            resources.add(new ForwardTableResource(List.of(entry(devices, outer, host.closed()))));
            resources.add(new ForwardingResource(false, List.copyOf(devices)));
        }
    }

    /** What there is of it. */
    void observed(List<Resource> resources) {
        if (!host.closed().isEmpty()) {
            resources.add(new ForwardTableResource(host.closed()));
        }
        ForwardingState now = host.forwarding();
        if (now.ours().isEverywhere()) {
            resources.add(new ForwardingResource(true, List.of()));
        } else if (now.ours() == ForwardingState.Ours.DEVICES) {
            resources.add(new ForwardingResource(false, now.switched()));
        }
    }

    /**
     * What a policy of drop would eat of a fan: routed packets of an IPIP fan, bridged frames of a VXLAN fan where these pass the same
     * chain, and what leaves the overlay by the host's ways out, with its answers. A rule of ours stays while the fan does, lest it comes and goes with the policy.
     */
    void passes(Fan fan, Iptables.Forward forward, List<Resource> resources) {
        if (!fan.accept() || fan.slices().isEmpty()) {
            return;
        }
        boolean routed = fan.delivery() == Delivery.ROUTED;
        boolean eaten = forward.drops()
                && (routed || host.filtersBridgedFrames() && !forward.others().contains(fan.bridge()));
        String outside = routed ? fan.tunnel() : fan.bridge();
        List<Iptables.AcceptRule> both = new ArrayList<>();
        both.add(new Iptables.AcceptRule(forward.backend(), forward.chain(), outside, fan.bridge()));
        if (routed) {
            both.add(new Iptables.AcceptRule(forward.backend(), forward.chain(), fan.bridge(), outside));
        }
        for (Iptables.AcceptRule pass : both) {
            addPass(pass, eaten, forward, resources);
        }
        boolean cutOff = forward.drops() && !forward.leaving().contains(fan.bridge());
        for (String device : fan.nat() ? waysOut(fan) : Set.<String>of()) {
            Iptables.Backend backend = forward.backend();
            addPass(
                    Iptables.AcceptRule.outside(backend, fan.bridge(), device, Iptables.Traffic.OUT),
                    cutOff,
                    forward,
                    resources);
            addPass(
                    Iptables.AcceptRule.outside(backend, device, fan.bridge(), Iptables.Traffic.ANSWERS),
                    cutOff,
                    forward,
                    resources);
        }
    }

    private static void addPass(
            Iptables.AcceptRule pass, boolean needed, Iptables.Forward forward, List<Resource> resources) {
        boolean there = forward.ours().stream()
                .anyMatch(one ->
                        one.in().equals(pass.in()) && one.out().equals(pass.out()) && one.traffic() == pass.traffic());
        if (needed || there) {
            resources.add(new AcceptResource(pass));
        }
    }

    /** The devices by which containers reach the world: those of the fan's underlay and of default routes. */
    private Set<String> waysOut(Fan fan) {
        Set<String> devices = new TreeSet<>();
        for (AddressState address : host.addresses()) {
            if (fan.underlayAddresses().contains(address.address())) {
                devices.add(address.link());
            }
        }
        for (RouteState route : host.routes()) {
            if (route.destination().prefixLength() == 0 && route.table() == RouteState.MAIN) {
                route.link().ifPresent(devices::add);
            }
        }
        devices.retainAll(host.outer());
        return devices;
    }

    /**
     * What leads IPv6 of the fans to outside, as {@link #desired} has it for IPv4. Nothing, as long as no default route of the
     * host leads there; once there is something it stays, whatever becomes of a default route that routers advertise.
     *
     * @param fans ordered by overlay
     * @param outside what the host has beside the fans
     */
    Optional<Ipv6Outside> ipv6Outside(List<Fan> fans, Ipv6Outside.Host outside) {
        List<NatTable.Entry> nat = new ArrayList<>();
        Set<String> bridges = new TreeSet<>();
        for (Fan fan : fans) {
            if (fan.nat() && fan.ipv6().isPresent()) {
                for (Ipv4Address owner : fan.underlayAddresses()) {
                    nat.add(new NatTable.Entry(
                            fan.ipv6().get().sliceOf(owner), fan.ipv6().get().overlay()));
                    bridges.add(fan.bridge());
                }
            }
        }
        Ipv6Outside now = host.ipv6Outside();
        if (nat.isEmpty() || outside.devices().isEmpty() && now.nat().isEmpty()) {
            return Optional.empty();
        }
        if (outside.everywhere() || !outside.possible()) {
            return Optional.of(new Ipv6Outside(nat, List.of(), List.of(), List.of()));
        }
        Set<String> outer = new TreeSet<>(outside.devices());
        outer.addAll(now.devices());
        Set<String> devices = new TreeSet<>(outer);
        devices.removeAll(outside.forwarding());
        Set<String> closing = new TreeSet<>(devices);
        if (!outside.byDevice()) {
            // These forward as well, then.
            for (Fan fan : fans) {
                if (fan.ipv6().isPresent() && !fan.nat()) {
                    closing.add(fan.bridge());
                }
            }
        }
        List<ForwardTable.Entry> closed = new ArrayList<>();
        if (!devices.isEmpty()) {
            closed.add(entry(closing, outer, now.closed()));
        }
        return Optional.of(new Ipv6Outside(nat, List.copyOf(bridges), List.copyOf(devices), closed));
    }

    /** Devices that have gone may stay in the table, as they do no harm there. */
    private ForwardTable.Entry entry(Set<String> in, Set<String> out, List<ForwardTable.Entry> before) {
        Set<String> from = new TreeSet<>(in);
        Set<String> to = new TreeSet<>(out);
        for (ForwardTable.Entry there : before) {
            addGone(there.in(), from);
            addGone(there.out(), to);
        }
        return new ForwardTable.Entry(List.copyOf(from), List.copyOf(to));
    }

    private void addGone(List<String> names, Set<String> all) {
        for (String name : names) {
            if (host.link(name).isEmpty()) {
                all.add(name);
            }
        }
    }
}
