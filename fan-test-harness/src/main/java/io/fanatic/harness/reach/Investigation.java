package io.fanatic.harness.reach;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.Encryption;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Transport;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.IpsecState;
import io.fanatic.netlink.names.Names;
import io.fanatic.netlink.names.NamesSpec;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.strongswan.KeyExchange;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds out why a peer's host address does not answer, from what can be seen on this host:
 *
 * <ol>
 *   <li>where our routes lead, for its overlay and its underlay address;
 *   <li>whether our guard refused something meanwhile;
 *   <li>whether it answers on the underlay, and whether it answers ARP there;
 *   <li>whether it, or a filter, answers that the tunnel's packets are not taken ({@link PortProbe}, {@link IpipPortProbe});
 *   <li>where it is on the same network, what it sends when it is asked over the underlay to answer our host address: it then
 *       has to use its fan, and its type, port and VNI are seen ({@link UnderlayProbe}). Hosts that drop forged packets do not answer.
 * </ol>
 */
final class Investigation {
    private static final int PINGS = 2;

    /** No container's name. */
    private static final String NOBODY = "fanatic-asks";

    private final FanNetwork network;
    private final Namespace host;
    private final Peer peer;
    private final GuardWatch guard;
    private final Probes probes;
    private final Duration timeout;

    Investigation(FanNetwork network, Namespace host, Peer peer, GuardWatch guard, Probes probes, Duration timeout) {
        this.network = network;
        this.host = host;
        this.peer = peer;
        this.guard = guard;
        this.probes = probes;
        this.timeout = timeout;
    }

    /** What was seen of a host's routes, links and neighbours. */
    private record Wiring(
            Optional<Route> overlay, Optional<Route> underlay, Optional<Link> out, Optional<Link> wanted) {}

    /** What is wrong with this host's own routes; to be asked before any packet is sent, since some go astray and arrive. */
    Optional<Explanation> routes() {
        Optional<Explanation> overlay = route(peer.address());
        if (overlay.isPresent()) {
            return overlay;
        }
        return wiring().underlay().isEmpty() ? Optional.of(new Explanation.NoRoute(peer.underlay())) : Optional.empty();
    }

    /** What is wrong with this host's route to an address of the overlay. */
    Optional<Explanation> route(IpAddress address) {
        try (NetlinkSocket netlink = host.call(NetlinkSocket::open)) {
            Optional<Route> route = new Routes(netlink).lookup(address);
            if (route.isEmpty()) {
                return Optional.of(new Explanation.NoRoute(address));
            }
            return new Links(netlink)
                    .byIndex(route.get().outInterface())
                    .filter(link -> !link.name().equals(peer.device()))
                    .map(link -> new Explanation.OtherRoute(address, peer.device(), link.name()));
        }
    }

    /** Why no ping was answered. */
    Explanation explain() {
        Optional<Explanation> route = routes();
        if (route.isPresent()) {
            return route.get();
        }
        Wiring wiring = wiring();
        long refused = guard.growth(Counter.RECEIVE_SPOOFED);
        if (refused > 0) {
            return new Explanation.WrongOwner(peer.underlay(), peer.address(), refused);
        }
        PingResult underlay = ping(peer.underlay());
        Optional<Neighbour> neighbour = wiring.underlay().flatMap(this::neighbour);
        if (underlay.received() == 0) {
            return silentOnUnderlay();
        }
        Optional<Explanation> keys = peer.fan().encryption().flatMap(how -> explainKeys(how, wiring, neighbour));
        return keys.orElseGet(() -> explainTunnel(wiring, neighbour));
    }

    /** What keeps packets to a host from being encrypted, or from being decrypted there; empty when they are. */
    private Optional<Explanation> explainKeys(Encryption how, Wiring wiring, Optional<Neighbour> neighbour) {
        Ipv4Address there = peer.underlay();
        Optional<UnderlayProbe> nudge = nudge(wiring, neighbour);
        if (nudge.isPresent() && host.call(() -> nudge.get().run()).isPresent()) {
            return Optional.of(new Explanation.ClearTextThere(there, how));
        }
        KeyExchange exchange = network.exchangeKeys(peer.fan(), there);
        boolean psk = how.method() == Encryption.Method.PSK;
        return switch (exchange.outcome()) {
            case SILENT -> Optional.of(new Explanation.IkeSilent(there));
            case NO_CONNECTION -> Optional.of(new Explanation.NotEncryptedThere(there));
            case REFUSED, DISTRUSTED ->
                Optional.of(
                        psk
                                ? new Explanation.WrongKey(there, how.file())
                                : new Explanation.WrongCertificate(
                                        there, exchange.outcome() == KeyExchange.Outcome.REFUSED, exchange.said()));
            case MADE -> {
                long before = received(there);
                PingResult ping = ping(peer.address());
                if (ping.received() > 0) {
                    yield Optional.of(new Explanation.KeysOnlyNow(there));
                }
                yield received(there) == before ? Optional.of(new Explanation.EspFiltered(there)) : Optional.empty();
            }
            case OTHER ->
                exchange.said().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new Explanation.Other("keys with " + there + " could not be made: " + exchange.said()));
        };
    }

    /** Encrypted packets that came from a host. */
    private long received(Ipv4Address there) {
        return network.ipsec(peer.fan()).peers().stream()
                .filter(each -> each.underlay().equals(there))
                .mapToLong(IpsecState.Peer::receivedPackets)
                .sum();
    }

    private PingResult ping(Ipv4Address address) {
        return Ping.to(address)
                .withCount(PINGS)
                .withTimeout(timeout)
                .start(probes, host)
                .join();
    }

    private Optional<UnderlayProbe> nudge(Wiring wiring, Optional<Neighbour> neighbour) {
        return neighbour.isPresent() && wiring.wanted().isPresent()
                ? Optional.of(new UnderlayProbe(
                        peer, wiring.wanted().get(), neighbour.get().mac(), timeout))
                : Optional.empty();
    }

    /** Asks the peer for a container that it does not have; who answers that, tells all. */
    Optional<Stage.Named> names() {
        if (!peer.fan().names()) {
            return Optional.empty();
        }
        return Optional.of(host.call(() -> {
            try (Names names = Names.open(NamesSpec.of(List.of()))) {
                names.know(List.of(peer.fan()));
                String there = peer.underlay().toString().replace('.', '-');
                Names.Resolution answer = names.resolve(NOBODY + "." + there);
                String last = answer.steps().get(answer.steps().size() - 1);
                return answer.failed()
                        ? new Stage.Named(Optional.of(new Explanation.NamesNotTold(peer.underlay(), last)), last)
                        : new Stage.Named(Optional.empty(), peer.address() + " tells names of its containers");
            }
        }));
    }

    /** Whether packets without encapsulation pass; empty where the fan is not for them, or the tunnel itself does not work. */
    Optional<Stage.Direct> direct() {
        if (peer.fan().transport().vxlan().isEmpty()) {
            return Optional.empty();
        }
        Wiring wiring = wiring();
        Optional<IpAddress> router = wiring.underlay().flatMap(Route::gateway);
        if (router.isPresent() && peer.fan().direct() != Direct.OFF) {
            return Optional.of(new Stage.Direct(
                    Optional.empty(), "behind the router " + router.get() + ": packets to it are encapsulated"));
        }
        if (wiring.underlay().isEmpty() || router.isPresent()) {
            return Optional.empty();
        }
        Optional<Neighbour> neighbour = neighbour(wiring.underlay().get());
        if (neighbour.isEmpty() || wiring.out().isEmpty() || wiring.wanted().isEmpty()) {
            return Optional.empty();
        }
        DirectTrial trial = new DirectTrial(
                peer, wiring.wanted().get(), wiring.out().get(), neighbour.get().mac(), timeout);
        return host.call(trial::run);
    }

    /** For a host that answers no ping on the underlay. */
    Explanation silentOnUnderlay() {
        return new Explanation.UnderlaySilent(
                peer.underlay(), wiring().underlay().flatMap(this::neighbour).isPresent());
    }

    private Explanation explainTunnel(Wiring wiring, Optional<Neighbour> neighbour) {
        Ipv4Address there = peer.underlay();
        Transport ours = peer.fan().transport();
        PortProbe.Answer answer = host.call(() -> ours.udpPort().isPresent()
                ? PortProbe.at(there, ours.udpPort().getAsInt(), timeout)
                : IpipPortProbe.at(peer, timeout));
        Optional<Transport> seen = Optional.empty();
        Optional<UnderlayProbe> nudge = nudge(wiring, neighbour);
        if (nudge.isPresent()) {
            AtomicBoolean ike = new AtomicBoolean();
            seen = host.call(() -> nudge.get().run(() -> ike.set(true)));
            if (ike.get() && peer.fan().encryption().isEmpty()) {
                return new Explanation.EncryptedThere(there);
            }
        }
        Optional<Explanation> differs = seen.flatMap(theirs -> difference(ours, theirs));
        if (differs.isPresent()) {
            return differs.get();
        }
        return switch (answer) {
            case REFUSED -> new Explanation.NoFanThere(there, ours);
            case PROHIBITED -> new Explanation.TunnelFiltered(there, ours, true);
            case SILENT ->
                seen.isPresent()
                        ? new Explanation.TunnelFiltered(there, ours, false)
                        : new Explanation.TunnelSilent(there, ours);
        };
    }

    private Optional<Explanation> difference(Transport ours, Transport theirs) {
        if (theirs.type() != ours.type()) {
            return Optional.of(new Explanation.OtherType(peer.underlay(), ours.type(), theirs.type()));
        }
        if (ours.vxlan().isEmpty() || theirs.vxlan().isEmpty()) {
            return Optional.empty();
        }
        Transport.Vxlan here = ours.vxlan().get();
        Transport.Vxlan there = theirs.vxlan().get();
        if (there.port() != here.port()) {
            return Optional.of(new Explanation.OtherPort(peer.underlay(), here.port(), there.port()));
        }
        return there.vni() == here.vni()
                ? Optional.empty()
                : Optional.of(new Explanation.OtherVni(peer.underlay(), here.vni(), there.vni()));
    }

    private Wiring wiring() {
        try (NetlinkSocket netlink = host.call(NetlinkSocket::open)) {
            Routes routes = new Routes(netlink);
            Links links = new Links(netlink);
            Optional<Route> overlay = routes.lookup(peer.address());
            Optional<Route> underlay = routes.lookup(peer.underlay());
            return new Wiring(
                    overlay,
                    underlay,
                    overlay.flatMap(route -> links.byIndex(route.outInterface())),
                    underlay.flatMap(route -> links.byIndex(route.outInterface())));
        }
    }

    /** The peer's own Ethernet address, when it is on the same network and has told it. */
    private Optional<Neighbour> neighbour(Route way) {
        if (way.gateway().isPresent()) {
            return Optional.empty();
        }
        try (NetlinkSocket netlink = host.call(NetlinkSocket::open)) {
            return new Neighbours(netlink)
                    .list().stream()
                            .filter(each -> each.index() == way.outInterface()
                                    && each.address().equals(peer.underlay())
                                    && each.mac().bits() != 0)
                            .findFirst();
        }
    }
}
