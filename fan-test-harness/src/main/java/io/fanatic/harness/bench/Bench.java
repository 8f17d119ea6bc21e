package io.fanatic.harness.bench;

import io.fanatic.core.Direct;
import io.fanatic.core.FanOptions;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.DirectState;
import io.fanatic.netlink.engine.FanPath;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares three ways between two hosts of a lab, and for a fan without encapsulation a fourth:
 *
 * <pre>
 *   fan     container - bridge - tunnel with encap ... underlay ... tunnel with guard - bridge - container
 *   plain   container - bridge - VXLAN to one peer ... underlay ... VXLAN to one peer - bridge - container
 *   bare    host                                   ... underlay ...                                   host
 *   routes  container - bridge - forwarding host   ... underlay ...   forwarding host - bridge - container
 * </pre>
 *
 * All share the hosts, the underlay and its switch; see {@link PlainVxlan} and {@link HostRoutes}. Samples are taken in turns, and each round
 * starts with another path.
 *
 * @param runs samples of each load on each path, at least 1
 * @param timing of one sample
 * @param loads what to send
 * @param options of the fan
 * @param onFastPath whether to measure nothing where the fan does not take the fast path
 * @param bridgeNetfilter whether frames pass iptables on the bridges of hosts and underlay, where the kernel has br_netfilter: it begins so in
 *     each network namespace, while a machine has it only where something such as Docker loads it
 */
public record Bench(
        int runs, Timing timing, List<Load> loads, FanOptions options, boolean onFastPath, boolean bridgeNetfilter) {
    public static final String FAN = "fan";
    public static final String PLAIN = "plain VXLAN";
    public static final String BARE = "bare underlay";
    public static final String ROUTES = "static routes";

    private static final List<String> BRIDGE_NETFILTER = List.of(
            "net/bridge/bridge-nf-call-iptables",
            "net/bridge/bridge-nf-call-ip6tables",
            "net/bridge/bridge-nf-call-arptables");

    /** Long enough for HotSpot to compile the loops. */
    private static final Timing PRIMING = new Timing(Duration.ofMillis(300), Duration.ofMillis(300));

    /** Of a fan as it is by default. */
    public Bench(int runs, Timing timing, List<Load> loads) {
        this(runs, timing, loads, FanOptions.DEFAULT, false, false);
    }

    public Bench {
        loads = List.copyOf(loads);
        if (runs < 1) {
            throw new IllegalArgumentException("runs: at least 1, not " + runs);
        }
    }

    /** Hears of each sample as it is taken. */
    public interface Listener {
        /**
         * @param number of the sample, from 1
         * @param total how many there will be
         */
        void sampled(int number, int total, Load load, DataPath path, Sample sample);
    }

    /**
     * Makes a lab, measures, takes the lab away.
     *
     * @param name of the lab
     * @throws IllegalStateException with only one CPU, or without the congestion control cubic
     */
    public Report run(String name, Listener listener) {
        Cpus cpus = Cpus.pick();
        LabSpec spec = LabSpec.named(name).withHosts(2).withContainers(isDirect() ? 3 : 2);
        try (Lab lab = Lab.up(spec)) {
            setBridgeNetfilter(lab);
            List<DataPath> paths = paths(lab);
            boolean filtered = lab.hosts().get(0).namespace().call(() -> Sysctl.isOn(BRIDGE_NETFILTER.get(0)));
            Conditions before = Conditions.now(cpus, spec.underlayMtu(), mtu(lab), filtered);
            List<Bar> bars =
                    Bar.of(options.direct(), path(lab.hosts().get(0)).fastBy().isPresent());
            List<Comparison> comparisons = measure(paths, cpus, listener);
            return new Report(
                    before,
                    timing,
                    comparisons,
                    bars.stream().filter(bar -> loads.contains(bar.load())).toList());
        }
    }

    private List<Comparison> measure(List<DataPath> paths, Cpus cpus, Listener listener) {
        for (Load load : loads) {
            Pump.prime(paths.get(0), load, cpus, PRIMING);
        }
        int total = loads.size() * paths.size() * runs;
        int number = 0;
        List<Comparison> comparisons = new ArrayList<>();
        for (Load load : loads) {
            List<List<Sample>> samples = new ArrayList<>();
            paths.forEach(path -> samples.add(new ArrayList<>()));
            for (int round = 0; round < runs; round++) {
                for (int turn = 0; turn < paths.size(); turn++) {
                    int which = (round + turn) % paths.size();
                    Sample sample = Pump.run(paths.get(which), load, cpus, timing);
                    samples.get(which).add(sample);
                    listener.sampled(++number, total, load, paths.get(which), sample);
                }
            }
            comparisons.add(new Comparison(
                    load,
                    new Result(FAN, samples.get(0)),
                    new Result(PLAIN, samples.get(1)),
                    new Result(BARE, samples.get(2)),
                    isDirect() ? Optional.of(new Result(ROUTES, samples.get(3))) : Optional.empty()));
        }
        return comparisons;
    }

    /** Fan, plain, bare, and beside a fan without encapsulation static routes. */
    private List<DataPath> paths(Lab lab) {
        FanControl control = new EmbeddedFan(options);
        lab.hosts().forEach(control::up);
        if (isDirect()) {
            lab.hosts().forEach(Bench::requireDirect);
        }
        if (onFastPath) {
            lab.hosts().forEach(Bench::requireFastPath);
        }
        LabHost sender = lab.hosts().get(0);
        LabHost receiver = lab.hosts().get(1);
        List<LabContainer> here = lab.containersOf(sender);
        List<LabContainer> there = lab.containersOf(receiver);
        lab.attach(here.get(0));
        lab.attach(there.get(0));
        List<DataPath> paths = new ArrayList<>(List.of(
                new DataPath(FAN, end(here.get(0)), end(there.get(0))),
                PlainVxlan.between(
                        PLAIN,
                        here.get(1),
                        there.get(1),
                        TunnelType.VXLAN.mtu(lab.spec().underlayMtu())),
                new DataPath(
                        BARE,
                        new Endpoint(sender.namespace(), sender.underlayAddress()),
                        new Endpoint(receiver.namespace(), receiver.underlayAddress()))));
        if (isDirect()) {
            paths.add(HostRoutes.between(
                    ROUTES, here.get(2), there.get(2), lab.spec().underlayMtu()));
        }
        return paths;
    }

    private boolean isDirect() {
        return options.direct() == Direct.SEND;
    }

    private void setBridgeNetfilter(Lab lab) {
        List<Namespace> bridging = new ArrayList<>(List.of(lab.outside()));
        lab.hosts().forEach(host -> bridging.add(host.namespace()));
        for (Namespace each : bridging) {
            each.run(() -> {
                for (String key : BRIDGE_NETFILTER) {
                    if (Sysctl.find(key).isPresent()) {
                        Sysctl.write(key, bridgeNetfilter ? "1" : "0");
                    }
                }
            });
        }
    }

    private static void requireFastPath(LabHost host) {
        FanPath path = path(host);
        if (path.fastBy().isEmpty()) {
            throw new IllegalStateException("the fan does not take the fast path here: "
                    + path.obstacle().orElse("nobody knows why"));
        }
    }

    private static FanPath path(LabHost host) {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        return network.path(network.list().get(0));
    }

    private static void requireDirect(LabHost host) {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        DirectState state = network.direct(network.list().get(0));
        if (state.now() != Direct.SEND) {
            throw new IllegalStateException("the fan does not send without encapsulation here: "
                    + state.obstacle().orElse("nobody knows why"));
        }
    }

    private static Endpoint end(LabContainer container) {
        return new Endpoint(container.namespace(), container.address());
    }

    /** Of the fan's bridge, bytes. */
    private static int mtu(Lab lab) {
        try (NetlinkSocket host = lab.hosts().get(0).namespace().call(NetlinkSocket::open)) {
            return new Links(host).named(lab.bridgeName()).map(Link::mtu).orElseThrow();
        }
    }

    /**
     * What came out.
     *
     * @param conditions when it began
     * @param timing of each sample
     * @param comparisons one for each load
     * @param bars for such a fan, of the loads that were measured
     */
    public record Report(Conditions conditions, Timing timing, List<Comparison> comparisons, List<Bar> bars) {
        public Report {
            comparisons = List.copyOf(comparisons);
            bars = List.copyOf(bars);
        }

        /** The one of the bar's load. */
        public Comparison comparison(Bar bar) {
            return comparisons.stream()
                    .filter(each -> each.load().equals(bar.load()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
