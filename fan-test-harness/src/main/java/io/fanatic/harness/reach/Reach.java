package io.fanatic.harness.reach;

import io.fanatic.core.Counter;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.harness.iperf.IperfClient;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.throughput.Direction;
import io.fanatic.harness.throughput.Throughput;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Tests other hosts of a fan from one host: ping, packets without encapsulation where the fan has them, path MTU, data with checksums, throughput, names of containers where the fan has them, ping, path MTU and data by IPv6 where it has that; and explains what fails. Needs root,
 * for raw sockets and the fan's counters. To be closed; not for several threads.
 */
public final class Reach implements AutoCloseable {
    private static final int MTU_PINGS = 3;
    /** When none of these is answered, the rest is not worth its time-outs. */
    private static final int FIRST_PINGS = 2;

    /** For how long a server that has just ended one test is asked again, and how often. */
    private static final long SERVER_NANOS = 2_000_000_000;

    private static final long SERVER_PAUSE_NANOS = 100_000_000;

    private final Namespace host;
    private final FanNetwork network;
    private final Probes probes = Probes.open();

    private Reach(Namespace host, FanNetwork network) {
        this.host = host;
        this.network = network;
    }

    /** {@return tests from the calling thread's network namespace} */
    public static Reach onThisHost() {
        return new Reach(Namespace.here(), FanNetwork.onThisHost());
    }

    /**
     * {@return tests from another network namespace}
     *
     * @param host the namespace
     */
    public static Reach from(Namespace host) {
        return new Reach(host, FanNetwork.onThisHost().in(host));
    }

    /**
     * Tests one peer; see {@link #test(IpAddress, ReachSpec, Consumer)}.
     *
     * @param address of the host, on the underlay or in the overlay; of a container its host is tested
     * @param spec what to test
     * @return what came of it
     */
    public PeerReport test(IpAddress address, ReachSpec spec) {
        return test(address, spec, stage -> {});
    }

    /**
     * Tests one peer, stage by stage.
     *
     * @param address of the host, on the underlay or in the overlay; of a container its host is tested
     * @param spec what to test
     * @param listener hears of each stage as it ends
     * @return what came of it
     * @throws io.fanatic.core.FanException when this is not root
     * @throws io.fanatic.core.FanaticException when the kernel gives no sockets
     */
    public PeerReport test(IpAddress address, ReachSpec spec, Consumer<Stage> listener) {
        return test(address, spec, listener, PingSweep.none());
    }

    /**
     * Tests many peers: first all are pinged at once, then those that answer, on the underlay or in the fan, are tested
     * one after the other, so that no test disturbs another.
     *
     * @param addresses of hosts or containers, on the underlay or in the overlay
     * @param spec what to test of each
     * @param progress hears how many of how many are done, twice through: of the pings, then of the tests
     * @param listener hears of each peer as its test ends
     * @return what came of each host
     */
    public List<PeerReport> testAll(
            List<? extends IpAddress> addresses, ReachSpec spec, Progress progress, Consumer<PeerReport> listener) {
        List<Peer> peers = new ArrayList<>();
        for (IpAddress address : addresses) {
            peer(address).filter(peer -> !isHere(peer)).ifPresent(peers::add);
        }
        PingSweep sweep = PingSweep.of(
                peers,
                host,
                probes,
                fan -> new GuardWatch(network, fan),
                spec.timeout(),
                done -> progress.at("pinging hosts", done, peers.size()));
        List<PeerReport> reports = new ArrayList<>();
        for (IpAddress address : addresses) {
            PeerReport report = test(address, spec, stage -> {}, sweep);
            reports.add(report);
            progress.at("testing hosts", reports.size(), addresses.size());
            listener.accept(report);
        }
        return reports;
    }

    private PeerReport test(IpAddress address, ReachSpec spec, Consumer<Stage> listener, PingSweep sweep) {
        List<Fan> fans = network.list();
        Optional<Fan> fan = fans.stream().filter(each -> leadsTo(each, address)).findFirst();
        if (fan.isEmpty()) {
            return unreached(address, Optional.empty(), new Explanation.NoFanHere(address, !fans.isEmpty()));
        }
        Peer peer;
        try {
            peer = peer(address, fan.get());
        } catch (IllegalArgumentException nobody) {
            return unreached(address, Optional.empty(), new Explanation.Other(String.valueOf(nobody.getMessage())));
        }
        if (isHere(peer)) {
            return unreached(address, Optional.of(peer), new Explanation.ThisHost(address));
        }
        return new Run(peer, spec, listener).report(sweep.silent(peer));
    }

    /**
     * {@return the host that an address of the underlay or overlay means, by arithmetic; empty when no fan of this host
     * knows it}
     *
     * @param address on an underlay or in an overlay
     */
    public Optional<Peer> peer(IpAddress address) {
        try {
            return network.list().stream()
                    .filter(each -> leadsTo(each, address))
                    .findFirst()
                    .map(fan -> peer(address, fan));
        } catch (IllegalArgumentException nobody) {
            return Optional.empty();
        }
    }

    private static boolean leadsTo(Fan fan, IpAddress address) {
        return fan.overlay().contains(address)
                || fan.mapping().underlay().contains(address)
                || fan.ipv6().filter(ipv6 -> ipv6.overlay().contains(address)).isPresent();
    }

    private static boolean isHere(Peer peer) {
        return peer.fan().underlayAddresses().contains(peer.underlay());
    }

    private static PeerReport unreached(IpAddress address, Optional<Peer> peer, Explanation explanation) {
        return new PeerReport(address, peer, List.of(), Optional.of(explanation));
    }

    private static Peer peer(IpAddress address, Fan fan) {
        Ipv4Address underlay;
        if (address instanceof Ipv4Address ipv4) {
            underlay = fan.overlay().contains(ipv4) ? fan.mapping().owner(ipv4) : ipv4;
        } else {
            underlay = fan.ipv6().orElseThrow().ownerOf(address);
        }
        return new Peer(address, fan, underlay, fan.mapping().slice(underlay).hostAddress());
    }

    /** Ends the event loops. */
    @Override
    public void close() {
        probes.close();
    }

    /** One test of one peer. */
    private final class Run {
        private final Peer peer;
        private final ReachSpec spec;
        private final Consumer<Stage> listener;
        private final GuardWatch guard;
        private final List<Stage> stages = new ArrayList<>();

        Run(Peer peer, ReachSpec spec, Consumer<Stage> listener) {
            this.peer = peer;
            this.spec = spec;
            this.listener = listener;
            this.guard = new GuardWatch(network, peer.fan());
        }

        /** @param silent the ping, when it is known that nothing answers it, nor anything on the underlay */
        PeerReport report(Optional<PingResult> silent) {
            Investigation investigation = new Investigation(network, host, peer, guard, probes, spec.timeout());
            Optional<Explanation> route = investigation.routes();
            if (route.isPresent()) {
                add(new Stage.Skipped("ping", "this host's routes do not lead there"));
                skipRest("this host's routes do not lead there");
                return ended(route);
            }
            if (silent.isPresent()) {
                add(new Stage.Pinged(silent.get()));
                skipRest("no ping was answered");
                return ended(Optional.of(investigation.silentOnUnderlay()));
            }
            if (peer.fan().encryption().isPresent()) {
                awaitKeys();
            }
            PingResult ping = pings(peer.address());
            add(new Stage.Pinged(ping));
            Optional<Stage.Direct> direct = investigation.direct();
            direct.ifPresent(this::add);
            if (ping.received() == 0) {
                skipRest("no ping was answered");
                return ended(Optional.of(direct.flatMap(Stage.Direct::why).orElseGet(investigation::explain)));
            }
            Stage.PathMtu mtu = pathMtu(peer.address());
            add(mtu);
            if (mtu.result().received() == 0) {
                skipTransfers("full packets do not pass");
            } else {
                data(peer.address(), this::add);
                throughput();
            }
            Optional<Explanation> why = direct.flatMap(Stage.Direct::why);
            why = why.isPresent() ? why : explain(peer.address(), stages, ping, mtu);
            Optional<Explanation> ipv6 = peer.ipv6Address().flatMap(address -> byIpv6(investigation, address));
            why = why.isPresent() ? why : ipv6;
            Optional<Stage.Named> names = investigation.names();
            names.ifPresent(this::add);
            why = why.isPresent() ? why : names.flatMap(Stage.Named::why);
            return ended(why);
        }

        private PeerReport ended(Optional<Explanation> why) {
            return new PeerReport(peer.given(), Optional.of(peer), stages, why);
        }

        /** The same by IPv6, but for throughput; what is wrong with it. Of a host without IPv6 nothing is. */
        private Optional<Explanation> byIpv6(Investigation investigation, Ipv6Address address) {
            Optional<Explanation> route = investigation.route(address);
            if (route.isPresent()) {
                add(new Stage.ByIpv6(new Stage.Skipped("ping", "this host's route does not lead there")));
                return route;
            }
            long refusedBefore = guard.growth(Counter.RECEIVE_SPOOFED);
            List<Stage> tried = new ArrayList<>();
            Consumer<Stage> tell = stage -> {
                tried.add(stage);
                add(new Stage.ByIpv6(stage));
            };
            PingResult ping = pings(address);
            if (ping.received() == 0) {
                long refused = guard.growth(Counter.RECEIVE_SPOOFED) - refusedBefore;
                boolean tcp = refused == 0 && answersTcp(address);
                if (refused == 0 && !tcp) {
                    tell.accept(new Stage.Skipped(
                            "ping",
                            peer.underlay() + " answers nothing at " + address
                                    + ": its fan is up without this IPv6 overlay, or a filter drops IPv6"));
                    return Optional.empty();
                }
                tell.accept(new Stage.Pinged(ping));
                return Optional.of(
                        tcp
                                ? new Explanation.Ipv6PingDropped(address)
                                : new Explanation.WrongOwner(peer.underlay(), address, refused));
            }
            tell.accept(new Stage.Pinged(ping));
            Stage.PathMtu mtu = pathMtu(address);
            tell.accept(mtu);
            if (mtu.result().received() > 0) {
                data(address, tell);
            }
            return explain(address, tried, ping, mtu);
        }

        /** Whether a host says anything to a TCP connection, be it no. */
        private boolean answersTcp(IpAddress address) {
            Exchange exchange = new Exchange(address, spec.timeout());
            TransferFailure failure =
                    host.call(() -> exchange.echoShort(spec.echoPort())).trouble();
            return failure != TransferFailure.SILENT && failure != TransferFailure.STALLED;
        }

        /** The first packets to a host are lost, as they have keys made; that is no loss of the network's. */
        private void awaitKeys() {
            Ping one = Ping.to(peer.address()).withTimeout(spec.timeout()).withCount(1);
            for (int i = 0; i < FIRST_PINGS && run(one).received() == 0; i++) {
                // Once more.
            }
        }

        /** All pings, or only the first when none of those is answered. */
        private PingResult pings(IpAddress address) {
            Ping small = Ping.to(address).withTimeout(spec.timeout());
            PingResult first = run(small.withCount(Math.min(FIRST_PINGS, spec.pings())));
            return first.received() > 0 ? run(small.withCount(spec.pings())) : first;
        }

        private PingResult run(Ping ping) {
            return ping.start(probes, host).join();
        }

        private void add(Stage stage) {
            stages.add(stage);
            listener.accept(stage);
        }

        private Stage.PathMtu pathMtu(IpAddress address) {
            int mtu = peer.fan().mtu();
            Ping ping = Ping.to(address).withTimeout(spec.timeout());
            PingResult full = run(ping.withCount(MTU_PINGS).withPacket(mtu));
            if (full.received() > 0) {
                return new Stage.PathMtu(mtu, full, mtu);
            }
            Ping once = ping.withCount(1).withTimeout(spec.timeout().dividedBy(4));
            int passes = ping.packetBytes();
            int fails = mtu;
            while (fails - passes > 1) {
                int middle = (passes + fails) / 2;
                boolean answered = run(once.withPacket(middle)).received() > 0;
                passes = answered ? middle : passes;
                fails = answered ? fails : middle;
            }
            return new Stage.PathMtu(mtu, full, passes);
        }

        private void data(IpAddress address, Consumer<Stage> tell) {
            if (!spec.data()) {
                return;
            }
            Exchange exchange = new Exchange(address, spec.timeout());
            Stage.Exchanged first = host.call(() -> exchange.echoShort(spec.echoPort()));
            tell.accept(first);
            if (first.ok()) {
                tell.accept(host.call(() -> exchange.echoLong(spec.echoPort(), spec.longBytes())));
                tell.accept(host.call(() -> exchange.echoUdp(spec.echoPort())));
            } else {
                tell.accept(new Stage.Skipped(Service.ECHO_LONG.title(), "echo does not work"));
                tell.accept(new Stage.Skipped(Service.ECHO_UDP.title(), "echo does not work"));
            }
            tell.accept(host.call(() -> exchange.discard(spec.discardPort(), spec.longBytes())));
        }

        private void throughput() {
            if (spec.throughput().isEmpty()) {
                return;
            }
            Throughput to = throughput(Direction.SEND);
            add(new Stage.Rate(Direction.SEND, to));
            if (to instanceof Throughput.Failed) {
                add(new Stage.Skipped("throughput from it", "iperf3 does not work"));
                return;
            }
            long end = System.nanoTime() + SERVER_NANOS;
            Throughput from = throughput(Direction.RECEIVE);
            while (isTurnedAway(from) && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(SERVER_PAUSE_NANOS);
                from = throughput(Direction.RECEIVE);
            }
            add(new Stage.Rate(Direction.RECEIVE, from));
        }

        private Throughput throughput(Direction direction) {
            // A transfer that stands still is noticed within seconds, not at once; a slow host's first answer takes
            // some.
            Duration timeout = spec.timeout().multipliedBy(5);
            return new IperfClient(peer.address(), spec.iperfPort(), timeout)
                    .start(probes, host, spec.throughput().get().withDirection(direction))
                    .join();
        }

        /** A stock server closes its socket after each test and opens another one; whoever comes meanwhile is reset or refused. */
        private static boolean isTurnedAway(Throughput result) {
            return result instanceof Throughput.Failed failed
                    && (failed.reason() == Throughput.Reason.BROKEN || failed.reason() == Throughput.Reason.REFUSED);
        }

        private void skipRest(String because) {
            add(new Stage.Skipped("path MTU", because));
            skipTransfers(because);
        }

        private void skipTransfers(String because) {
            if (spec.data()) {
                for (Service service : Service.values()) {
                    add(new Stage.Skipped(service.title(), because));
                }
            }
            if (spec.throughput().isPresent()) {
                add(new Stage.Skipped("throughput to it", because));
                add(new Stage.Skipped("throughput from it", because));
            }
        }

        /** The first cause wins: what follows from it is not told again. */
        private Optional<Explanation> explain(
                IpAddress address, List<Stage> stages, PingResult ping, Stage.PathMtu mtu) {
            if (stages.stream().allMatch(Stage::ok)) {
                return Optional.empty();
            }
            long refused = guard.growth(Counter.RECEIVE_SPOOFED);
            if (refused > 0 && stages.stream().anyMatch(Run::swallowed)) {
                return Optional.of(new Explanation.WrongOwner(peer.underlay(), address, refused));
            }
            if (mtu.result().received() == 0) {
                return Optional.of(new Explanation.LargePacketsLost(peer.fan().type(), mtu.mtu(), mtu.largest()));
            }
            for (Stage stage : stages) {
                if (stage instanceof Stage.Exchanged exchanged && !stage.ok()) {
                    return Optional.of(explain(address, exchanged));
                }
                if (stage instanceof Stage.Rate rate && rate.result() instanceof Throughput.Failed failed) {
                    return Optional.of(explain(failed));
                }
                if (stage instanceof Stage.Rate && !stage.ok()) {
                    return Optional.of(new Explanation.BulkTcpFails(peer.fan().tunnel(), stage.name()));
                }
            }
            return Optional.of(new Explanation.Losses(
                    ping.sent() + mtu.result().sent(),
                    ping.received() + mtu.result().received()));
        }

        /** Whether it failed because something did not come, not because somebody said no. */
        private static boolean swallowed(Stage stage) {
            if (stage instanceof Stage.Exchanged exchanged) {
                return exchanged.trouble() == TransferFailure.SILENT || exchanged.trouble() == TransferFailure.STALLED;
            }
            if (stage instanceof Stage.Rate rate && rate.result() instanceof Throughput.Failed failed) {
                return failed.reason() == Throughput.Reason.SILENT || failed.reason() == Throughput.Reason.STALLED;
            }
            return !stage.ok() && stage.status() != Stage.Status.SKIPPED;
        }

        private Explanation explain(IpAddress address, Stage.Exchanged exchanged) {
            boolean discards = exchanged.service() == Service.DISCARD;
            int port = discards ? spec.discardPort() : spec.echoPort();
            String name = discards ? "discard" : "echo";
            return switch (exchanged.trouble()) {
                case REFUSED -> new Explanation.NoResponder(address, name, port);
                case SILENT -> new Explanation.ServiceSilent(address, name, port);
                case STALLED -> new Explanation.BulkTcpFails(peer.fan().tunnel(), exchanged.name());
                case NONE, CUT, DAMAGED ->
                    new Explanation.Other(exchanged.service().title() + ": " + exchanged.error());
            };
        }

        private Explanation explain(Throughput.Failed failed) {
            return switch (failed.reason()) {
                case REFUSED -> new Explanation.NoResponder(peer.address(), "iperf3", spec.iperfPort());
                case SILENT -> accepts() ? other(failed) : silent();
                case UNREACHABLE -> silent();
                case STALLED -> new Explanation.BulkTcpFails(peer.fan().tunnel(), "iperf3");
                case BUSY, DECLINED, BROKEN -> other(failed);
            };
        }

        /** Whether the peer takes connections for iperf3: then it is not a filter that is silent. */
        private boolean accepts() {
            return host.call(() -> new Exchange(peer.address(), spec.timeout()).accepts(spec.iperfPort()));
        }

        private Explanation silent() {
            return new Explanation.ServiceSilent(peer.address(), "iperf3", spec.iperfPort());
        }

        private static Explanation other(Throughput.Failed failed) {
            return new Explanation.Other("iperf3: " + failed.sentence());
        }
    }
}
