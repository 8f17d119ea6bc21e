package io.fanatic.netlink.names;

import io.fanatic.core.FanSlice;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.engine.Fan;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Serves the names of containers on fans: a DNS server at the host address of each slice of this host.
 *
 * <pre>{@code
 * ContainerSource source = new ContainerSource() {
 *     public String title() {
 *         return "my orchestrator";
 *     }
 *
 *     public List<NamedContainer> containers() {
 *         return List.of(new NamedContainer("web", List.of(), List.of(Ipv4Address.parse("250.0.1.2"))));
 *     }
 * };
 * Names names = Names.open(NamesSpec.of(List.of(source)));
 * names.serve(FanNetwork.onThisHost().list());
 * System.out.println(names.resolve("web.h2").toString());
 * names.close();
 * }</pre>
 *
 * <p>{@code web.h2.fan-250.internal} is the container {@code web} of the host {@code h2}. The host's address gives its slice; its server
 * is asked for it, over the fan, and believed only as far as addresses inside that slice. Answers this host and its containers
 * everything, other members of the overlay only the names of this host, and anybody else nothing.
 *
 * <p>Works in the network namespace of the thread that opens it, on threads of its own that end with it.
 */
public final class Names implements AutoCloseable {

    /** How long a query waits for a {@link ContainerSource}. */
    public static final Duration SOURCE_TIMEOUT = Duration.ofMillis(1500);

    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_CONNECTIONS_OF_ONE = 8;
    private static final int LOOKUP_THREADS = 4;
    private static final int IDLE_SECONDS = 10;

    private final NamesSpec spec;
    private final MultiThreadIoEventLoopGroup group;
    private final IoEventLoop loop;
    private final ThreadPoolExecutor sourceThreads;
    private final ThreadPoolExecutor lookupThreads;
    private final Counts counts = new Counts();
    private final Limits connections = new Limits(MAX_CONNECTIONS, MAX_CONNECTIONS_OF_ONE);
    private final Sources sources;
    private final Resolver resolver;
    private final Desk desk;
    private final Map<Ipv4Address, Port> ports = new LinkedHashMap<>();
    private volatile List<FanZone> zones = List.of();

    private Names(NamesSpec spec) {
        this.spec = spec;
        // Netty would look through the network interfaces for a hardware address, and warn where there is none.
        if (System.getProperty("io.netty.machineId") == null) {
            System.setProperty("io.netty.machineId", "02:00:00:00:00:00:00:01");
        }
        Executor thread = task -> new Thread(task, "names").start();
        group = new MultiThreadIoEventLoopGroup(1, thread, EpollIoHandler.newFactory());
        loop = group.next();
        // The loop's thread starts here, so that it and all that it starts are in the caller's network namespace.
        loop.submit(() -> {}).syncUninterruptibly();
        sourceThreads = threads("names-source", Math.max(1, spec.sources().size()));
        lookupThreads = threads("names-lookup", LOOKUP_THREADS);
        sources = new Sources(spec.sources(), sourceThreads, loop);
        resolver = new Resolver(
                new HostLabels(spec.hostName(), spec.resolver(), lookupThreads, loop),
                sources,
                new Owners(loop, counts, spec.port() == 0 ? NamesSpec.PORT : spec.port()));
        desk = new Desk(loop, resolver, new Upstreams(loop, this::upstreams), counts);
    }

    private static ThreadPoolExecutor threads(String name, int most) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Starts the threads; nothing is served yet.
     *
     * @param spec from where names are known
     * @return a server that serves nothing yet
     */
    public static Names open(NamesSpec spec) {
        return new Names(spec);
    }

    /**
     * Serves the names of these fans from now on, and of no others: ports that are missing are opened, those too many closed.
     *
     * @param fans the fans of this host that are up
     * @return what could not be had, a sentence each: a host address whose port another program has. The others are served
     */
    public synchronized List<String> serve(List<Fan> fans) {
        know(fans);
        List<FanZone> now = zones;
        List<String> problems = new ArrayList<>();
        Set<Ipv4Address> wanted = new HashSet<>();
        for (FanZone zone : now) {
            for (FanSlice slice : zone.own()) {
                wanted.add(slice.hostAddress());
                open(slice.hostAddress()).ifPresent(problems::add);
            }
        }
        ports.entrySet().removeIf(port -> {
            if (wanted.contains(port.getKey())) {
                return false;
            }
            port.getValue().close();
            return true;
        });
        return problems;
    }

    /**
     * Knows these fans from now on, for {@link #resolve}, and opens no port.
     *
     * @param fans the fans of this host that are up
     */
    public synchronized void know(List<Fan> fans) {
        List<FanZone> now = FanZone.of(fans);
        zones = now;
        loop.submit(() -> desk.serve(now)).syncUninterruptibly();
    }

    private Optional<String> open(Ipv4Address address) {
        try {
            if (!ports.containsKey(address)) {
                ports.put(address, new Port(loop, address, spec.port(), desk, connections, counts));
            }
            return Optional.empty();
        } catch (UncheckedIOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** {@return where queries are taken} */
    public synchronized List<InetSocketAddress> addresses() {
        return ports.entrySet().stream()
                .map(port -> Owners.socketAddress(port.getKey(), port.getValue().number()))
                .toList();
    }

    /**
     * {@return the zones that are served, for those who send queries here: {@code fan-250.internal}, {@code 250.in-addr.arpa}, and the
     * reverse zone of an IPv6 overlay}
     *
     * @param fan one of those that are served
     */
    public List<String> zones(Fan fan) {
        return zones.stream()
                .filter(zone -> zone.mapping().equals(fan.mapping()))
                .flatMap(zone -> Stream.concat(zone.names().stream(), zone.reverseNames().stream()))
                .toList();
    }

    /** {@return what was counted since this was opened} */
    public Map<NamesCounter, Long> counters() {
        return counts.now();
    }

    /**
     * {@return names that lead to containers of more than one source, and sources that do not answer; a sentence each}
     */
    public List<String> problems() {
        CompletableFuture<Containers> listed = new CompletableFuture<>();
        loop.execute(() -> sources.now().whenComplete((containers, failed) -> listed.complete(containers)));
        Containers containers = listed.join();
        List<String> problems = new ArrayList<>(containers.failures());
        List<Prefix> slices = zones.stream()
                .flatMap(zone -> zone.own().stream().flatMap(slice -> zone.slices(slice).stream()))
                .toList();
        problems.addAll(containers.ambiguities(slices));
        return problems;
    }

    /**
     * What a name leads to.
     *
     * @param ofAFan whether it is a name of a fan that is served
     * @param failed whether somebody who had to be asked did not answer, or is not believed; addresses of IPv4 may be known all the same
     * @param addresses of a name, also those of an IPv6 overlay; none where there is no such name
     * @param names of an address; none where it has none
     * @param steps who was asked for what, in order
     */
    public record Resolution(
            boolean ofAFan, boolean failed, List<IpAddress> addresses, List<String> names, List<String> steps) {
        /** Copies the lists. */
        public Resolution {
            addresses = List.copyOf(addresses);
            names = List.copyOf(names);
            steps = List.copyOf(steps);
        }
    }

    /**
     * Resolves a name as the server does for this host, and tells each step.
     *
     * @param name a name of a fan, {@code web.h2.fan-250.internal}; without a zone at its end, that of the first fan is meant; or an
     *     address of the overlay
     * @return what came
     */
    public Resolution resolve(String name) {
        String plain = name.toLowerCase(Locale.ROOT);
        plain = plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
        Optional<Target> target = target(plain);
        if (target.isEmpty()) {
            return new Resolution(false, false, List.of(), List.of(), List.of());
        }
        // What both families have in common is told once.
        Set<String> steps = new LinkedHashSet<>();
        Set<IpAddress> addresses = new LinkedHashSet<>();
        Answer answer = answer(target.get(), DnsMessage.A, steps);
        addresses.addAll(answer.addresses());
        boolean failed = isFailure(answer);
        if (!failed
                && target.get() instanceof Target.OnHost
                && target.get().zone().ipv6().isPresent()) {
            Answer ipv6 = answer(target.get(), DnsMessage.AAAA, steps);
            addresses.addAll(ipv6.addresses());
            failed = isFailure(ipv6);
        }
        return new Resolution(true, failed, List.copyOf(addresses), answer.names(), List.copyOf(steps));
    }

    private Answer answer(Target target, int type, Set<String> steps) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        loop.execute(() -> resolver.resolve(target, type, steps::add)
                .whenComplete(
                        (found, failed) -> answer.complete(found == null ? Answer.error(Answer.SERVFAIL) : found)));
        return answer.join();
    }

    private static boolean isFailure(Answer answer) {
        return answer.rcode() != Answer.NOERROR && answer.rcode() != Answer.NXDOMAIN;
    }

    private Optional<Target> target(String name) {
        List<FanZone> now = zones;
        Optional<IpAddress> address = address(name);
        String full = address.map(ReverseTree::name).orElse(name);
        for (FanZone zone : now) {
            Optional<Target> target = zone.target(full);
            if (target.isPresent()) {
                return target;
            }
        }
        boolean hasZone = full.endsWith(".internal") || full.endsWith(".arpa");
        return now.isEmpty() || hasZone
                ? Optional.empty()
                : now.get(0).target(full + "." + now.get(0).name());
    }

    private static Optional<IpAddress> address(String text) {
        try {
            return Optional.of(IpAddress.parse(text));
        } catch (IllegalArgumentException noAddress) {
            return Optional.empty();
        }
    }

    /** The host's servers, without ourselves. */
    private List<InetSocketAddress> upstreams() {
        List<FanZone> now = zones;
        return spec.upstreams().get().stream()
                .filter(server -> now.stream()
                        .flatMap(zone -> zone.own().stream())
                        .noneMatch(slice -> Owners.socketAddress(slice.hostAddress(), 0)
                                .getAddress()
                                .equals(server.getAddress())))
                .toList();
    }

    /** Closes the ports and ends the threads; waits for both. Again is harmless. */
    @Override
    public synchronized void close() {
        if (group.isShutdown()) {
            return;
        }
        ports.values().forEach(Port::close);
        ports.clear();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        sourceThreads.shutdownNow();
        lookupThreads.shutdownNow();
    }
}
