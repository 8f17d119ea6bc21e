package io.fanatic.harness.lab;

import io.fanatic.core.Delivery;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.kernel.Label;
import io.fanatic.netlink.route.Link;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Several hosts on one machine, made of network namespaces:
 *
 * <pre>
 *                      fanlab-u
 *            203.0.113.1 lo    no route to 250.0.0.0/8: the outside
 *          10.0.255.254/16 underlay (bridge)
 *                    h1 /    | h2    \ h3
 *                      /     |        \
 *   fanlab-h1     eth0/      |         \eth0     fanlab-h3
 *   10.0.0.1/16, default     |          10.0.0.3/16, default
 *   via 10.0.255.254      fanlab-h2     via 10.0.255.254
 *   fan-250 250.0.1.1/8     ...         fan-250 250.0.3.1/8      (the fan: by FanControl)
 *    h1c1 |       | h1c2                 h3c1 |       | h3c2
 *    eth0 |       | eth0                 eth0 |       | eth0
 *   fanlab-h1c1  fanlab-h1c2            fanlab-h3c1  fanlab-h3c2
 *   250.0.1.2/8  250.0.1.3/8            250.0.3.2/8  250.0.3.3/8
 *   default via 250.0.1.1               default via 250.0.3.1
 * </pre>
 *
 * <p>A lab ends with {@link #close}, or with the process that made it: then the next lab that is made on this machine
 * sweeps it up. {@link #keep} gives it a life of its own, until somebody {@linkplain #find finds} and closes it.
 *
 * <p>All methods throw {@link LabException} with a sentence when the lab is not in the state they need, and {@link
 * io.fanatic.netlink.libc.ErrnoException} when the kernel refuses. A lab may be used from several threads.
 */
public final class Lab implements AutoCloseable {

    /** The interface of every host and container. */
    public static final String INTERFACE = "eth0";

    private static final String SWITCH = "underlay";

    private final LabState state;
    private final Namespace outside;
    private final List<LabHost> hosts = new ArrayList<>();
    private final List<LabContainer> containers = new ArrayList<>();
    private boolean closed;

    /** Knows the names; whether anything of that name is there is another matter. */
    private Lab(LabState state) {
        this.state = state;
        LabSpec spec = state.spec();
        outside = Namespace.named(spec.name() + "-u");
        for (int number = 1; number <= spec.hosts(); number++) {
            String name = "h" + number;
            String fullName = spec.name() + "-" + name;
            Namespace namespace = new Namespace(Namespace.named(fullName).network(), Optional.of(state.pin(fullName)));
            LabHost host = new LabHost(number, name, namespace, spec.slice(number));
            hosts.add(host);
            for (FanMapping fan : spec.fans()) {
                addContainers(host.in(fan));
            }
        }
    }

    /** Numbers go on from one fan to the next, so that a name says where. */
    private void addContainers(LabHost host) {
        Ipv4Address address = host.slice().firstContainerAddress();
        int before = state.spec().fans().indexOf(host.slice().mapping())
                * state.spec().containers();
        for (int inner = 0; inner < state.spec().containers(); inner++) {
            int number = before + inner + 1;
            String name = host.name() + "c" + number;
            Namespace namespace = Namespace.named(state.spec().name() + "-" + name);
            containers.add(new LabContainer(host, number, name, namespace, address.plus(inner)));
        }
    }

    /**
     * Makes the namespaces and the underlay, after a {@link #sweep}; the fan and its containers are left to {@link
     * #fanUp}. Whatever fails, nothing is left.
     *
     * @param spec what to make
     * @return the lab, without its fans
     * @throws LabException when there is a lab of that name, or a namespace of that name that is not a lab's
     */
    public static Lab up(LabSpec spec) {
        return LabLock.holding(() -> {
            Sweep.all();
            if (LabState.read(spec.name()).isPresent()) {
                throw new LabException("the lab " + spec.name() + " is up already");
            }
            Lab lab = new Lab(LabState.create(spec));
            try {
                lab.build();
                return lab;
            } catch (RuntimeException | Error e) {
                try {
                    Sweep.one(lab.state);
                } catch (RuntimeException left) {
                    e.addSuppressed(left);
                }
                throw e;
            }
        });
    }

    /**
     * {@return the lab of that name, made by any process; empty when there is none}
     *
     * @param name without the namespaces' prefix
     */
    public static Optional<Lab> find(String name) {
        return LabState.read(name).map(Lab::new);
    }

    /** {@return the names of all labs on this machine, sorted; those that wait to be swept included} */
    public static List<String> names() {
        return LabState.names();
    }

    /**
     * Takes away the labs whose process has ended without doing so, and nothing else: only namespaces that were written down
     * before they were made.
     *
     * @return their names
     */
    public static List<String> sweep() {
        return LabLock.holding(Sweep::all);
    }

    private void build() {
        LabSpec spec = state.spec();
        make(outside);
        try (Wiring underlay = Wiring.of(outside)) {
            underlay.loopback().loopbackAddress(spec.outsideAddress());
            Map<Ipv4Prefix, String> switches = switches(spec);
            for (Map.Entry<Ipv4Prefix, String> each : switches.entrySet()) {
                Ipv4Prefix segment = each.getKey();
                underlay.bridge(each.getValue(), spec.underlayMtu(), LabSpec.router(segment), segment.prefixLength());
            }
            if (switches.size() > 1) {
                outside.run(() -> Sysctl.write("net/ipv4/ip_forward", "1"));
            }
            Namespace.preparePins(state.pins());
            for (LabHost host : hosts) {
                Namespace network = make(host.namespace());
                network.withMounts(host.namespace().mount().orElseThrow(), HostFilesystem::mount);
                try (Wiring wiring = Wiring.of(network)) {
                    wiring.loopback().addVeth(INTERFACE, outside, host.name(), spec.underlayMtu());
                    Ipv4Prefix segment = spec.segment(host.number());
                    underlay.plug(host.name(), Objects.requireNonNull(switches.get(segment)));
                    wiring.join(INTERFACE, host.underlayAddress(), segment.prefixLength(), LabSpec.router(segment));
                }
            }
            underlay.awaitRunning(hosts.stream().map(LabHost::name).toList());
        }
        for (LabHost host : hosts) {
            buildContainers(containersOf(host));
        }
    }

    /** The bridge of each segment. */
    private static Map<Ipv4Prefix, String> switches(LabSpec spec) {
        Map<Ipv4Prefix, String> names = new LinkedHashMap<>();
        for (int host = 1; host <= spec.hosts(); host++) {
            names.putIfAbsent(spec.segment(host), SWITCH + (names.isEmpty() ? "" : names.size() + 1));
        }
        return names;
    }

    /** All of a host are written down at once and made side by side: a namespace takes the kernel milliseconds. */
    private void buildContainers(List<LabContainer> some) {
        some.forEach(container -> requireFree(container.namespace()));
        state.add(some.stream().map(container -> name(container.namespace())).toList());
        Parallel.each(some, container -> {
            try (Wiring wiring = Wiring.of(create(container.namespace()))) {
                wiring.loopback();
            }
        });
    }

    /**
     * {@return the containers of a host, in the order of their fans and numbers}
     *
     * @param host of this lab
     */
    public List<LabContainer> containersOf(LabHost host) {
        return containers.stream()
                .filter(container -> container.host().number() == host.number())
                .toList();
    }

    private static String name(Namespace namespace) {
        return namespace.network().getFileName().toString();
    }

    private Namespace make(Namespace namespace) {
        requireFree(namespace);
        state.add(List.of(name(namespace)));
        return create(namespace);
    }

    private static void requireFree(Namespace namespace) {
        if (namespace.exists()) {
            throw new LabException("there is a network namespace " + name(namespace) + " already, and no lab made it;"
                    + " \"ip netns delete " + name(namespace) + "\" removes it");
        }
    }

    private Namespace create(Namespace namespace) {
        String name = name(namespace);
        try {
            return Namespace.create(name);
        } catch (RuntimeException e) {
            state.forget(name);
            throw e;
        }
    }

    /** {@return what was made} */
    public LabSpec spec() {
        return state.spec();
    }

    /** {@return the hosts, in the order of their numbers} */
    public List<LabHost> hosts() {
        return List.copyOf(hosts);
    }

    /** {@return the containers, in the order of their hosts, then of their fans and numbers} */
    public List<LabContainer> containers() {
        return List.copyOf(containers);
    }

    /**
     * {@return the network namespace where the underlay's switch is and, at {@link LabSpec#outsideAddress}, the world
     * outside}
     */
    public Namespace outside() {
        return outside;
    }

    /**
     * {@return the host or container of that name, {@code h1} or {@code h1c1}, with or without the lab's name in front;
     * empty when there is none}
     *
     * @param name the short name or the whole
     */
    public Optional<LabNode> node(String name) {
        String prefix = spec().name() + "-";
        String inner = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        List<LabNode> nodes = new ArrayList<>(hosts);
        nodes.addAll(containers);
        return nodes.stream().filter(node -> node.name().equals(inner)).findFirst();
    }

    /** {@return the process that the lab ends with; empty when it stays} */
    public Optional<Long> ownerPid() {
        return state.owner().map(Owner::pid);
    }

    /**
     * From now on the lab outlives this process.
     *
     * @throws LabException when somebody has taken it down meanwhile
     */
    public synchronized void keep() {
        LabLock.holding(() -> {
            if (LabState.read(spec().name()).isEmpty()) {
                throw new LabException("the lab " + spec().name() + " was taken down meanwhile");
            }
            state.disown();
            return state;
        });
    }

    /** {@return every host in every fan: host by host} */
    public List<LabHost> memberships() {
        List<LabHost> memberships = new ArrayList<>();
        for (LabHost host : hosts) {
            spec().fans().forEach(fan -> memberships.add(host.in(fan)));
        }
        return memberships;
    }

    /**
     * Brings up the fans on every host, then attaches every container.
     *
     * @param control brings them up
     */
    public void fanUp(FanControl control) {
        memberships().forEach(control::up);
        attachAll();
    }

    /**
     * Detaches every container, then takes the fans down on every host.
     *
     * @param control takes them down
     */
    public void fanDown(FanControl control) {
        containers.forEach(this::detach);
        memberships().forEach(control::down);
    }

    /**
     * Joins a container to its host's fan as a container engine would: a cable into the bridge, its address with the
     * prefix of the bridge's, the bridge's MTU, the host address as the way out.
     *
     * @param container of this lab, not attached
     * @throws LabException when the host has no fan
     */
    public void attach(LabContainer container) {
        try (Wiring host = Wiring.of(container.host().namespace())) {
            attach(container, host);
            host.awaitRunning(List.of(container.name()));
        }
    }

    /** As {@link #attach}, every container of the lab. */
    public void attachAll() {
        for (LabHost each : hosts) {
            try (Wiring host = Wiring.of(each.namespace())) {
                containersOf(each).forEach(container -> attach(container, host));
            }
        }
        for (LabHost each : hosts) {
            try (Wiring host = Wiring.of(each.namespace())) {
                host.awaitRunning(
                        containersOf(each).stream().map(LabContainer::name).toList());
            }
        }
    }

    private static void attach(LabContainer container, Wiring host) {
        FanSlice slice = container.host().slice();
        String bridge = FanNames.bridge(slice.mapping().overlay());
        Link fan = host.find(bridge)
                .orElseThrow(() -> new LabException("host " + container.host().name() + " has no bridge " + bridge));
        host.addVeth(container.name(), container.namespace(), INTERFACE, fan.mtu());
        host.plug(container.name(), bridge);
        try (Wiring inside = Wiring.of(container.namespace())) {
            Optional<Label> label = Label.parse(fan.alias());
            Delivery delivery = label.map(fanOf -> fanOf.transport().delivery()).orElse(Delivery.BRIDGED);
            label.flatMap(Label::overlay6)
                    .ifPresent(overlay -> inside.joinIpv6(INTERFACE, container.ipv6Address(overlay)));
            inside.join(INTERFACE, container.address(), delivery.prefixLength(slice.mapping()), slice.hostAddress());
        }
    }

    /**
     * Takes a container off its host's fan again; not attached is fine.
     *
     * @param container of this lab
     */
    public void detach(LabContainer container) {
        try (Wiring host = Wiring.of(container.host().namespace())) {
            host.unplug(container.name());
        }
    }

    /** {@return the name of the first fan's bridge, the same on every host} */
    public String bridgeName() {
        return FanNames.bridge(spec().mapping().overlay());
    }

    /**
     * {@return what a host looks like: its network, and as further lines its own files under /run, /var/lib/fanatic and
     * /etc/network (but for the lock /run/fanatic/lock) and the processes that live in it}
     *
     * @param host of this lab
     */
    public HostSnapshot snapshot(LabHost host) {
        List<String> lines = new ArrayList<>();
        for (ProcessHandle process : LabProcesses.of(host)) {
            lines.add("process " + LabProcesses.name(process.pid()));
        }
        return host.namespace().call(() -> {
            lines.addAll(HostFilesystem.ownFiles());
            lines.sort(null);
            lines.addAll(HostSnapshot.take().lines());
            return new HostSnapshot(lines);
        });
    }

    /**
     * Runs a command in a host or container, without input, and waits for it.
     *
     * @param node of this lab
     * @param command program and arguments
     * @return exit code and output
     */
    public ExecResult exec(LabNode node, List<String> command) {
        return Exec.run(node.namespace(), command);
    }

    /**
     * As {@link #exec}, with this program's own terminal.
     *
     * @param node of this lab
     * @param command program and arguments
     * @return the exit code
     */
    public int execInherited(LabNode node, List<String> command) {
        return Exec.runInherited(node.namespace(), command);
    }

    /**
     * Ends the processes that still live in the lab, by their numbers, and takes everything away. Again is harmless.
     */
    @Override
    public void close() {
        down();
    }

    /**
     * As {@link #close}, telling which processes had to be ended.
     *
     * @return a line for each, such as {@code dnsmasq (4711)}
     */
    public synchronized List<String> down() {
        if (closed) {
            return List.of();
        }
        closed = true;
        // Not before its turn: one that was found while it was being made has more namespaces by now.
        return LabLock.holding(() -> Sweep.one(LabState.read(spec().name()).orElse(state)));
    }
}
