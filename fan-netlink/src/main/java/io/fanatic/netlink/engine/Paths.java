package io.fanatic.netlink.engine;

import io.fanatic.core.Direct;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Transport;
import io.fanatic.netlink.bpf.CardProgramSpec;
import io.fanatic.netlink.bpf.DirectGuardSpec;
import io.fanatic.netlink.bpf.DirectProgramSpec;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FastProgramSpec;
import io.fanatic.netlink.bpf.GateProgramSpec;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.kernel.BridgedRules;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.Resource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which path the packets of fans take on a host as it was read, and the programs that they meet: as they should be and as they are. What
 * takes its time to find out is asked once for each fan, and the firewall's rules once for all.
 */
final class Paths {
    private final Kernel kernel;
    private final HostState host;
    private final boolean setsLocalAddress;

    /** By identity: to hash a fan, or to compare two, links what all its records are hashed by, which takes 8 ms. */
    private final Map<Fan, Optional<String>> obstacles = new IdentityHashMap<>();

    private final Map<Fan, Optional<String>> directObstacles = new IdentityHashMap<>();
    private final Map<Fan, BridgedRules> bridgedRules = new IdentityHashMap<>();
    private @Nullable Firewall firewall;

    Paths(Kernel kernel, HostState host) {
        this.kernel = kernel;
        this.host = host;
        setsLocalAddress = kernel.has(KernelFeature.LOCAL_ADDRESS);
    }

    /** What the programs of a fan depend on. */
    FanProgramSpec programs(Fan fan) {
        Optional<Transport.Vxlan> vxlan = fan.transport().vxlan();
        return new FanProgramSpec(
                fan.mapping(),
                vxlan.isPresent() ? vxlan.get().vni() : 0,
                fan.underlayAddresses(),
                setsLocalAddress,
                fan.type(),
                Ipv6Overlay.programs(fan));
    }

    /** The programs on the bridge of a fan. */
    GateProgramSpec gate(Fan fan) {
        return new GateProgramSpec(programs(fan));
    }

    /** The guard on the underlay's device, where the fan is to take the fast path and may. */
    List<Resource> cardGuard(Fan fan) {
        Optional<String> card = fastPath(fan);
        return card.isPresent()
                ? List.of(new ProgramsResource(
                        card.get(), fan.tunnel(), ProgramsResource.FAST_PATH, Optional.of(cardPrograms(fan))))
                : List.of();
    }

    /** The device of the fast path; empty where the fan is not to take it, or must not. */
    private Optional<String> fastPath(Fan fan) {
        return fan.fast() && !fan.slices().isEmpty() && obstacle(fan).isEmpty() ? host.card(fan) : Optional.empty();
    }

    /** Why a VXLAN fan must not take the fast path, in a few words; empty when it may. */
    Optional<String> obstacle(Fan fan) {
        return obstacles.computeIfAbsent(fan, this::findObstacle);
    }

    private Optional<String> findObstacle(Fan fan) {
        Optional<String> onHost = FastPath.obstacle(fan, host);
        if (onHost.isPresent()) {
            return onHost;
        }
        if (!kernel.has(KernelFeature.FAST_PATH)) {
            return Optional.of("this kernel lacks what it needs (Linux 5.13)");
        }
        List<String> passedBy = kernel.passedBy(
                host.card(fan).orElseThrow(),
                fan.transport().udpPort().orElseThrow(),
                fan.mapping().underlay(),
                firewall());
        return passedBy.isEmpty() ? Optional.empty() : Optional.of(passedBy.get(0));
    }

    private Firewall firewall() {
        Firewall read = firewall;
        if (read == null) {
            read = kernel.firewall();
            firewall = read;
        }
        return read;
    }

    /** The programs on the tunnel of a VXLAN fan, as they should be. */
    ProgramSpec tunnelPrograms(Fan fan) {
        Optional<String> card = fastPath(fan);
        Optional<FastProgramSpec> fast = card.map(device -> fastPrograms(fan, device));
        if (sendsDirect(fan)) {
            return directPrograms(fan, fast);
        }
        return fast.isPresent() ? fast.get() : programs(fan);
    }

    /** Whether the fan is to send packets without encapsulation and may. */
    private boolean sendsDirect(Fan fan) {
        return fan.direct() == Direct.SEND
                && !fan.slices().isEmpty()
                && directObstacle(fan).isEmpty();
    }

    /** Why a VXLAN fan must not send packets without encapsulation, in a few words; empty when it may. */
    Optional<String> directObstacle(Fan fan) {
        return directObstacles.computeIfAbsent(
                fan, each -> DirectPath.obstacle(each, host).or(kernel::ipsec));
    }

    /** Why a fan cannot have packets without encapsulation on this host, in a few words; empty when it can. */
    Optional<String> directRefusal(Fan fan) {
        if (fan.direct() == Direct.OFF || fan.slices().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> noCard = FastPath.noCard(fan, host);
        if (noCard.isPresent()) {
            return noCard;
        }
        if (!kernel.has(KernelFeature.DIRECT)) {
            return Optional.of("this kernel lacks what it needs (Linux 5.12)");
        }
        Optional<String> noTrust = kernel.withoutTrustInAddresses(host.card(fan).orElseThrow());
        return noTrust.isPresent()
                ? noTrust
                : bridgedRules(fan)
                        .dropping()
                        .map(rule ->
                                "of its connections only one direction passes the bridge, and this rule drops them: "
                                        + rule);
    }

    /** What the firewall has for frames between the ports of a fan's bridge. */
    BridgedRules bridgedRules(Fan fan) {
        return bridgedRules.computeIfAbsent(
                fan,
                each -> kernel.bridgedRules(
                        each.bridge(), each.tunnel(), each.overlay(), host.filtersBridgedFrames(), firewall()));
    }

    private DirectProgramSpec directPrograms(Fan fan, Optional<FastProgramSpec> fast) {
        int card = kernel.index(host.card(fan).orElseThrow());
        return new DirectProgramSpec(programs(fan), card, DirectPath.onLink(fan, host), fast);
    }

    /** The guard on the underlay's device, where the fan is to receive packets without encapsulation. */
    List<Resource> directGuard(Fan fan) {
        Optional<String> card = host.card(fan);
        return fan.direct() != Direct.OFF && !fan.slices().isEmpty() && card.isPresent()
                ? List.of(new ProgramsResource(
                        card.get(), fan.bridge(), ProgramsResource.DIRECT, Optional.of(directGuardPrograms(fan))))
                : List.of();
    }

    /** The guard on the underlay's device for the fast path, where there is one. */
    List<Resource> observedCardGuard(Fan fan) {
        Optional<ProgramSpec> guard = fan.slices().isEmpty() ? Optional.empty() : Optional.of(cardPrograms(fan));
        return host.programsElsewhere(fan.tunnel(), ProgramsResource.FAST_PATH, guard);
    }

    /** The guard on the underlay's device for packets without encapsulation, where there is one. */
    List<Resource> observedDirectGuard(Fan fan) {
        if (host.devicesWithPrograms(fan.bridge()).isEmpty()) {
            return List.of();
        }
        Optional<ProgramSpec> guard = fan.slices().isEmpty() || host.card(fan).isEmpty()
                ? Optional.empty()
                : Optional.of(directGuardPrograms(fan));
        return host.programsElsewhere(fan.bridge(), ProgramsResource.DIRECT, guard);
    }

    private DirectGuardSpec directGuardPrograms(Fan fan) {
        return new DirectGuardSpec(
                programs(fan),
                kernel.index(host.card(fan).orElseThrow()),
                DirectPath.onLink(fan, host),
                fan.slices(),
                fan.nat(),
                MacAddress.ofBridge(fan.overlay(), fan.macSeed()),
                0);
    }

    /** Whether the programs on the tunnel send packets without encapsulation. */
    boolean isSendingDirect(Fan fan) {
        for (Resource resource : observedTunnelPrograms(fan)) {
            if (resource instanceof ProgramsResource programs
                    && programs.spec()
                            .filter(DirectProgramSpec.class::isInstance)
                            .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The programs on the tunnel of a VXLAN fan as they are, of either path. */
    List<Resource> observedTunnelPrograms(Fan fan) {
        List<ProgramSpec> possible = new ArrayList<>(List.of(programs(fan)));
        Set<String> cards = new TreeSet<>(host.devicesWithPrograms(fan.tunnel()));
        host.card(fan).ifPresent(cards::add);
        for (String card : fan.fast() || !host.devicesWithPrograms(fan.tunnel()).isEmpty() ? cards : Set.<String>of()) {
            possible.add(fastPrograms(fan, card));
        }
        if (fan.direct() == Direct.SEND && host.card(fan).isPresent()) {
            for (ProgramSpec spec : List.copyOf(possible)) {
                possible.add(directPrograms(
                        fan, spec instanceof FastProgramSpec fast ? Optional.of(fast) : Optional.empty()));
            }
        }
        for (ProgramSpec spec : possible) {
            List<Resource> found = host.programs(fan.tunnel(), spec);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private FastProgramSpec fastPrograms(Fan fan, String card) {
        return new FastProgramSpec(
                programs(fan), fan.transport().udpPort().orElseThrow(), kernel.index(card), kernel.sourcePorts());
    }

    private CardProgramSpec cardPrograms(Fan fan) {
        return new CardProgramSpec(
                programs(fan),
                fan.transport().udpPort().orElseThrow(),
                MacAddress.ofTunnel(fan.overlay(), fan.macSeed()),
                fan.ipv6().isPresent() && !kernel.filtersBridgedIpv6());
    }
}
