package io.fanatic.harness.proof;

import io.fanatic.core.Counter;
import io.fanatic.core.Delivery;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Transport;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.FrameSender;
import io.fanatic.harness.probe.IpipFrameSender;
import io.fanatic.harness.probe.LinkFrameSender;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.probe.Spoof;
import io.fanatic.harness.probe.TunnelFrameSender;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Shows that the fan of a lab works, with its containers attached: each method tries one kind of thing everywhere and tells
 * what it found. A failing network is a {@link Check} that is not ok, never an exception.
 */
public final class Proof implements AutoCloseable {

    /** Bytes each way when throughput counts. */
    public static final long LONG = 4 << 20;

    /** Bytes each way when only the way counts. */
    public static final long SHORT = 1024;

    /** More at once would wait for each other, and round trips would tell about the queue instead of the fan. */
    private static final int AT_ONCE = 4;
    /** Who has waited this long waits for a time-out, and keeps nobody from starting. */
    private static final long BUSY_MILLIS = 20;
    /** How many may wait for their time-out. */
    private static final int MAX_WAITING = 128;

    private static final int WARM_UP = 500;
    /** Fewer pairs take less time than warming up for them. */
    private static final int WORTH_WARMING = 50;

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final Lab lab;
    private final Duration timeout;
    private final Progress progress;
    private final Probes probes = Probes.open();

    /**
     * A proof with a second for the answer to each echo request.
     *
     * @param lab whose fans are up
     */
    public Proof(Lab lab) {
        this(lab, TIMEOUT, Progress.UNHEARD);
    }

    /**
     * A proof with another timeout.
     *
     * @param lab whose fans are up
     * @param timeout how long an echo request may wait for its answer
     * @param progress hears how far it is
     */
    public Proof(Lab lab, Duration timeout, Progress progress) {
        this.lab = lab;
        this.timeout = timeout;
        this.progress = progress;
    }

    /**
     * Echo requests between these pairs, a few at a time, with packets that fill the fan's MTU.
     *
     * @param pairs who asks whom
     * @return one check for each pair, in their order
     */
    public List<Check.Pinged> pings(List<NodePair> pairs) {
        Map<FanMapping, Integer> mtus = new HashMap<>();
        warmUp(pairs);
        return each("ping", pairs, AT_ONCE, pair -> {
            int mtu = mtus.computeIfAbsent(pair.fan(), this::mtu);
            Ping ping = Ping.to(pair.destination()).withPacket(mtu).withTimeout(timeout);
            return ping.start(probes, pair.from().namespace())
                    .thenApply(result -> new Check.Pinged(pair.from(), pair.to(), result));
        });
    }

    /** The first round trips of a JVM tell about the JVM: a pair spends them for all. */
    private void warmUp(List<NodePair> pairs) {
        if (pairs.size() >= WORTH_WARMING) {
            NodePair first = pairs.get(0);
            Ping.to(first.destination())
                    .withCount(WARM_UP)
                    .withTimeout(Duration.ofMillis(1))
                    .start(probes, first.from().namespace())
                    .join();
        }
    }

    /**
     * Random bytes both ways between these pairs, a few at a time. Inside the overlay each must see the other's own
     * address: nobody translates it.
     *
     * @param pairs who connects to whom
     * @param bytes each way
     * @return one check for each pair, in their order
     */
    public List<Check.Transferred> transfers(List<NodePair> pairs, long bytes) {
        return each("data", pairs, AT_ONCE, pair -> transfer(pair, bytes));
    }

    /**
     * As {@link #transfers}, one after the other, so that each has the machine for itself.
     *
     * @param pairs who connects to whom
     * @param bytes each way
     * @return one check for each pair, in their order
     */
    public List<Check.Transferred> throughput(List<NodePair> pairs, long bytes) {
        return each("throughput", pairs, 1, pair -> transfer(pair, bytes));
    }

    private CompletableFuture<Check.Transferred> transfer(NodePair pair, long bytes) {
        LabNode from = pair.from();
        LabNode to = pair.to();
        return BulkTransfer.to(pair.destination())
                .withBytes(bytes)
                .withTimeout(timeout.multipliedBy(10))
                .start(probes, from.namespace(), to.namespace())
                .thenApply(result -> new Check.Transferred(from, to.name(), pair.source(), result));
    }

    /**
     * Sends bytes from every container to the machine outside, which knows no way back to the overlay and must see the
     * host's address.
     *
     * @param bytes each way
     * @return one check for each container
     */
    public List<Check.Transferred> transfersOutside(long bytes) {
        BulkTransfer transfer = BulkTransfer.to(lab.spec().outsideAddress()).withBytes(bytes);
        List<NodePair> pairs = new ArrayList<>();
        lab.containers().forEach(from -> pairs.add(new NodePair(from, from.host())));
        return each("way out", pairs, AT_ONCE, pair -> {
            Ipv4Address source = ((LabHost) pair.to()).underlayAddress();
            return transfer.start(probes, pair.from().namespace(), lab.outside())
                    .thenApply(result -> new Check.Transferred(pair.from(), "outside", source, result));
        });
    }

    /** A few at a time, results in the order of the pairs. */
    private <T> List<T> each(
            String what, List<NodePair> pairs, int atOnce, Function<NodePair, CompletableFuture<T>> start) {
        List<CompletableFuture<T>> running = new ArrayList<>();
        try (NeighbourRelief relief = new NeighbourRelief()) {
            for (NodePair pair : pairs) {
                progress.at(what, running.size(), pairs.size());
                if (atOnce == 1 && !running.isEmpty()) {
                    running.get(running.size() - 1).join();
                } else if (running.size() >= atOnce) {
                    awaitBusy(running.get(running.size() - atOnce));
                }
                if (running.size() >= MAX_WAITING) {
                    running.get(running.size() - MAX_WAITING).join();
                }
                relief.before(pair, running);
                running.add(start.apply(pair));
            }
            List<T> results = running.stream().map(CompletableFuture::join).toList();
            progress.at(what, pairs.size(), pairs.size());
            return results;
        }
    }

    /**
     * {@return the pairs whose check was good, or was not}
     *
     * @param pairs all of them
     * @param checks one for each pair, in their order
     * @param ok whether those with a good check are wanted
     */
    public static List<NodePair> which(List<NodePair> pairs, List<? extends Check> checks, boolean ok) {
        List<NodePair> which = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            if (checks.get(i).ok() == ok) {
                which.add(pairs.get(i));
            }
        }
        return which;
    }

    private static void awaitBusy(CompletableFuture<?> run) {
        try {
            run.get(BUSY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException waits) {
            // It goes on waiting by itself.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        } catch (ExecutionException e) {
            throw new LabException(String.valueOf(e.getCause()), e);
        }
    }

    /**
     * Pretends to be somebody else: the first host and its first container, towards the second host's first container.
     * With fewer than two hosts or without containers there is nobody to deceive.
     *
     * @return one check for each forgery; empty when there is nobody
     */
    public List<Check.Spoofed> spoofs() {
        if (lab.hosts().size() < 2
                || lab.spec().containers() == 0
                || lab.spec().fans().size() > 1) {
            return List.of();
        }
        LabHost liar = lab.hosts().get(0);
        LabHost deceived = lab.hosts().get(1);
        LabContainer own = lab.containers().get(0);
        LabContainer target = lab.containers().get(lab.spec().containers());
        // The third host's, whether the lab has one or not; the fan's arithmetic knows its slice all the same.
        Ipv4Address third = third();
        Fan fan = fan(liar, lab.spec().mapping());
        boolean routed = fan.delivery() == Delivery.ROUTED;
        FrameSender tunnel = fan.transport().match(new TunnelSenders(liar, deceived));
        // Where packets are routed, a container's first hop is its host.
        MacAddress first = mac(target.namespace(), Lab.INTERFACE);
        MacAddress hop = routed ? mac(liar.namespace(), fan.bridge()) : first;
        FrameSender link = new LinkFrameSender(own.namespace(), Lab.INTERFACE);
        List<Check.Spoofed> checks = new ArrayList<>();
        checks.add(spoof(
                "host h1 as " + third + ", which is not its own",
                tunnel,
                first,
                own,
                target,
                third,
                counter(deceived, Counter.RECEIVE_SPOOFED)));
        checks.add(spoof(
                "host h1 as " + deceived.address() + ", the deceived host itself",
                tunnel,
                first,
                own,
                target,
                deceived.address(),
                counter(deceived, Counter.RECEIVE_SPOOFED)));
        checks.add(spoof(
                "container h1c1 as " + third + ", of another slice",
                link,
                hop,
                own,
                target,
                third,
                counter(liar, routed ? Counter.SEND_HOST_SPOOFED : Counter.SEND_SPOOFED)));
        return checks;
    }

    private Check.Spoofed spoof(
            String what,
            FrameSender way,
            MacAddress mac,
            LabContainer honest,
            LabContainer target,
            Ipv4Address forged,
            LongSupplier refused) {
        Spoof spoof = new Spoof(way, target.namespace(), target.address(), mac, honest.address(), forged);
        return new Check.Spoofed(what, spoof.run(refused));
    }

    private static MacAddress mac(Namespace namespace, String link) {
        try (NetlinkSocket netlink = namespace.call(NetlinkSocket::open)) {
            return new Links(netlink)
                    .named(link)
                    .orElseThrow(() -> new LabException("there is no interface " + link + " in " + namespace))
                    .mac();
        }
    }

    private Ipv4Address third() {
        return lab.spec().mapping().slice(lab.spec().hostAddress(3)).firstContainerAddress();
    }

    private LongSupplier counter(LabHost host, Counter counter) {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        Fan fan = fan(host, lab.spec().mapping());
        return () -> network.counters(fan).getOrDefault(counter, 0L);
    }

    /**
     * {@return those pairs whose hosts have one IPv6 overlay in their fan, by their addresses in it}
     *
     * @param pairs by IPv4
     */
    public static List<NodePair> byIpv6(List<NodePair> pairs) {
        Map<LabHost, Optional<Ipv6Prefix>> overlays = new HashMap<>();
        List<NodePair> same = new ArrayList<>();
        for (NodePair pair : pairs) {
            Optional<Ipv6Prefix> here = overlays.computeIfAbsent(pair.from().host(), Proof::overlay6);
            Optional<Ipv6Prefix> there = overlays.computeIfAbsent(pair.to().host(), Proof::overlay6);
            if (here.isPresent() && here.equals(there)) {
                same.add(new NodePair(pair.from(), pair.to(), here));
            }
        }
        return same;
    }

    private static Optional<Ipv6Prefix> overlay6(LabHost host) {
        return fans(host, host.slice().mapping())
                .flatMap(fan -> fan.ipv6().stream())
                .map(Ipv6Mapping::overlay)
                .findFirst();
    }

    /** As the first host says that has this fan. */
    private int mtu(FanMapping mapping) {
        return lab.hosts().stream()
                .flatMap(host -> fans(host, mapping))
                .findFirst()
                .orElseThrow(() -> new LabException("no host has the fan " + mapping))
                .mtu();
    }

    private static Fan fan(LabHost host, FanMapping mapping) {
        return fans(host, mapping)
                .findFirst()
                .orElseThrow(() -> new LabException("host " + host.name() + " has no fan " + mapping));
    }

    private static Stream<Fan> fans(LabHost host, FanMapping mapping) {
        return FanNetwork.onThisHost().in(host.namespace()).list().stream()
                .filter(fan -> fan.mapping().equals(mapping));
    }

    /** Ends the event loops. */
    @Override
    public void close() {
        probes.close();
    }

    /** Who sends packets of the tunnel that no fan has made. */
    private record TunnelSenders(LabHost from, LabHost to) implements Transport.Cases<FrameSender> {
        @Override
        public FrameSender vxlan(Transport.Vxlan vxlan) {
            return new TunnelFrameSender(
                    from.namespace(), from.underlayAddress(), to.underlayAddress(), vxlan.port(), vxlan.vni());
        }

        @Override
        public FrameSender ipip(Transport.Ipip ipip) {
            return new IpipFrameSender(from.namespace(), from.underlayAddress(), to.underlayAddress());
        }
    }
}
