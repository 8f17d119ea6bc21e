package io.fanatic.harness.lab;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.FrameSender;
import io.fanatic.harness.probe.LinkFrameSender;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.Spoof;
import io.fanatic.harness.probe.TunnelFrameSender;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.bpf.Counter;
import io.fanatic.netlink.engine.Fan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows that the fan of a lab works, with its containers attached: each method tries one kind of thing everywhere and tells
 * what it found. A failing network is a {@link Check} that is not ok, never an exception.
 */
public final class Proof implements AutoCloseable {

    /** Bytes each way in every transfer, unless said otherwise. */
    public static final long DEFAULT_BYTES = 4 << 20;

    private static final int ICMP_AND_IPV4_HEADERS = 28;
    /** More at once would wait for each other, and round trips would tell about the queue instead of the fan. */
    private static final int AT_ONCE = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Lab lab;
    private final Duration patience;
    private final Probes probes = Probes.open();

    /** With a second for the answer to each echo request. */
    public Proof(Lab lab) {
        this(lab, PATIENCE);
    }

    /** @param patience how long an echo request may wait for its answer */
    public Proof(Lab lab, Duration patience) {
        this.lab = lab;
        this.patience = patience;
    }

    /** Every container and every host to every container but itself, with packets that fill the fan's MTU. */
    public List<Check.Pinged> pings() {
        int payload = fan(lab.hosts().get(0)).mtu() - ICMP_AND_IPV4_HEADERS;
        List<Supplier<CompletableFuture<Check.Pinged>>> starts = new ArrayList<>();
        for (LabNode from : nodes()) {
            for (LabContainer to : lab.containers()) {
                if (from != to) {
                    Ping ping = Ping.to(to.address()).withPayload(payload).withTimeout(patience);
                    starts.add(() -> ping.start(probes, from.namespace())
                            .thenApply(result -> new Check.Pinged(from, to, result)));
                }
            }
        }
        return run(starts);
    }

    /**
     * The same pairs, with random bytes both ways. Inside the overlay each must see the other's own address: nobody
     * translates it.
     *
     * @param bytes each way
     */
    public List<Check.Transferred> transfers(long bytes) {
        List<Supplier<CompletableFuture<Check.Transferred>>> starts = new ArrayList<>();
        for (LabNode from : nodes()) {
            for (LabContainer to : lab.containers()) {
                if (from != to) {
                    BulkTransfer transfer = BulkTransfer.to(to.address()).withBytes(bytes);
                    starts.add(() -> transfer.start(probes, from.namespace(), to.namespace())
                            .thenApply(result -> new Check.Transferred(from, to.name(), from.address(), result)));
                }
            }
        }
        return run(starts);
    }

    /** Every container to the machine outside, which knows no way back to the overlay and must see the host's address. */
    public List<Check.Transferred> transfersOutside(long bytes) {
        BulkTransfer transfer = BulkTransfer.to(lab.spec().outsideAddress()).withBytes(bytes);
        List<Supplier<CompletableFuture<Check.Transferred>>> starts = new ArrayList<>();
        for (LabContainer from : lab.containers()) {
            Ipv4Address source = from.host().underlayAddress();
            starts.add(() -> transfer.start(probes, from.namespace(), lab.outside())
                    .thenApply(result -> new Check.Transferred(from, "outside", source, result)));
        }
        return run(starts);
    }

    /** A few at a time, results in the order of the starts. */
    private static <T> List<T> run(List<Supplier<CompletableFuture<T>>> starts) {
        List<CompletableFuture<T>> running = new ArrayList<>();
        for (Supplier<CompletableFuture<T>> start : starts) {
            if (running.size() >= AT_ONCE) {
                running.get(running.size() - AT_ONCE).join();
            }
            running.add(start.get());
        }
        return running.stream().map(CompletableFuture::join).toList();
    }

    /**
     * The first host and its first container pretend to be somebody else towards the second host's first container. With
     * fewer than two hosts or without containers there is nobody to deceive, and the list is empty.
     */
    public List<Check.Spoofed> spoofs() {
        if (lab.hosts().size() < 2 || lab.spec().containers() == 0) {
            return List.of();
        }
        LabHost liar = lab.hosts().get(0);
        LabHost deceived = lab.hosts().get(1);
        LabContainer own = lab.containers().get(0);
        LabContainer target = lab.containers().get(lab.spec().containers());
        // The third host's, whether the lab has one or not; the fan's arithmetic knows its slice all the same.
        Ipv4Address third = third();
        Fan fan = fan(liar);
        FrameSender tunnel = new TunnelFrameSender(
                liar.namespace(), liar.underlayAddress(), deceived.underlayAddress(), fan.port(), fan.vni());
        FrameSender link = new LinkFrameSender(own.namespace(), Lab.INTERFACE);
        List<Check.Spoofed> checks = new ArrayList<>();
        checks.add(spoof(
                "host h1 as " + third + ", which is not its own",
                tunnel,
                own,
                target,
                third,
                counter(deceived, Counter.RECEIVE_SPOOFED)));
        checks.add(spoof(
                "host h1 as " + deceived.address() + ", the deceived host itself",
                tunnel,
                own,
                target,
                deceived.address(),
                counter(deceived, Counter.RECEIVE_SPOOFED)));
        checks.add(spoof(
                "container h1c1 as " + third + ", of another slice",
                link,
                own,
                target,
                third,
                counter(liar, Counter.SEND_SPOOFED)));
        return checks;
    }

    private Check.Spoofed spoof(
            String what,
            FrameSender way,
            LabContainer honest,
            LabContainer target,
            Ipv4Address forged,
            LongSupplier refused) {
        MacAddress mac;
        try (Wiring wiring = Wiring.of(target.namespace())) {
            mac = wiring.find(Lab.INTERFACE)
                    .orElseThrow(() -> new LabException(target.name() + " is not attached to its host's fan"))
                    .mac();
        }
        Spoof spoof = new Spoof(way, target.namespace(), target.address(), mac, honest.address(), forged);
        return new Check.Spoofed(what, spoof.run(refused));
    }

    private Ipv4Address third() {
        return lab.spec().mapping().slice(lab.spec().hostAddress(3)).firstContainerAddress();
    }

    private LongSupplier counter(LabHost host, Counter counter) {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        Fan fan = fan(host);
        return () -> network.counters(fan).getOrDefault(counter, 0L);
    }

    private Fan fan(LabHost host) {
        return FanNetwork.onThisHost().in(host.namespace()).list().stream()
                .filter(fan -> fan.mapping().equals(lab.spec().mapping()))
                .findFirst()
                .orElseThrow(() -> new LabException(
                        "host " + host.name() + " has no fan " + lab.spec().mapping()));
    }

    private List<LabNode> nodes() {
        List<LabNode> nodes = new ArrayList<>(lab.hosts());
        nodes.addAll(lab.containers());
        return nodes;
    }

    /** Ends the event loops. */
    @Override
    public void close() {
        probes.close();
    }
}
