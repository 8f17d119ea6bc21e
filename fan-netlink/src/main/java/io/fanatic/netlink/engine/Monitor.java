package io.fanatic.netlink.engine;

import io.fanatic.core.Counter;
import io.fanatic.core.Delivery;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.bpf.FanObserver;
import io.fanatic.netlink.bpf.ObservedFrame;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.resource.ProgramsResource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Tells of single frames that the programs of this host's fans drop, or pass, by programs of its own in front of them, which only look.
 * Those are held by this process and go with it, however it ends; before Linux 6.6, what a process has left that was killed goes with the
 * next {@code up}. The fans' own are never touched.
 *
 * <p>At most 100 frames are told of for each reason, CPU and second; {@link #notShown} has the number of the others. Not safe for use by
 * several threads.
 */
public final class Monitor implements AutoCloseable {
    private final MonitorSpec spec;
    private final Function<Function<Kernel, Boolean>, Boolean> inKernel;
    private final FanObserver observer;
    private final List<Fan> fans = new ArrayList<>();
    private final Map<ProgramsResource, FanObserver.Attachment> attached = new HashMap<>();
    private final Map<String, Map<Counter, Long>> told = new HashMap<>();
    private List<LinkState> seen = List.of();

    /**
     * As {@link io.fanatic.netlink.FanNetwork#monitor} makes it.
     *
     * @param spec what to tell of
     * @param inKernel does work with a kernel that is open meanwhile
     */
    public Monitor(MonitorSpec spec, Function<Function<Kernel, Boolean>, Boolean> inKernel) {
        this.spec = spec;
        this.inKernel = inKernel;
        this.observer = new FanObserver(spec.reasons());
        try {
            refresh();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Takes up fans that came, and the programs that others were replaced by. To be called from time to time; it takes little where nothing
     * has changed.
     *
     * @return whether something is looked at: a fan that fits is up, with the programs that this release gives it
     */
    public boolean refresh() {
        return inKernel.apply(kernel -> {
            List<LinkState> links = new ArrayList<>(kernel.links());
            links.removeIf(link -> !link.isOurs());
            if (!links.equals(seen)) {
                attach(kernel);
                seen = links;
            }
            return !attached.isEmpty();
        });
    }

    private void attach(Kernel kernel) {
        Engine engine = new Engine(kernel);
        List<Fan> now = engine.list();
        for (Fan fan : now) {
            int number = number(fan.bridge());
            if (number < 0) {
                fans.add(fan);
            } else {
                fans.set(number, fan);
            }
        }
        // Whatever came or went: the numbers of programs, and where in the row they are, are others.
        detach();
        for (ProgramsResource programs : engine.programs()) {
            Optional<Fan> fan = now.stream()
                    .filter(each -> each.bridge().equals(programs.keeper())
                            || each.tunnel().equals(programs.keeper()))
                    .filter(each -> spec.fan().isEmpty() || spec.fan().get().equals(each.bridge()))
                    .findFirst();
            if (fan.isPresent()) {
                try {
                    attached.put(
                            programs,
                            kernel.observePrograms(
                                    programs.device(),
                                    programs.keeper(),
                                    programs.spec().orElseThrow(),
                                    observer,
                                    number(fan.get().bridge()),
                                    filters(fan.get(), programs.device())));
                } catch (ErrnoException gone) {
                    // The device or its programs went in between; the next look sees that.
                    if (!FanObserver.isGone(gone)) {
                        throw gone;
                    }
                }
            }
        }
    }

    private int number(String bridge) {
        for (int i = 0; i < fans.size(); i++) {
            if (fans.get(i).bridge().equals(bridge)) {
                return i;
            }
        }
        return -1;
    }

    private List<FanObserver.Filter> filters(Fan fan, String device) {
        List<FanObserver.Filter> filters = new ArrayList<>();
        if (spec.fan().isPresent() && isShared(fan, device)) {
            filters.add(new FanObserver.Filter(List.of(fan.overlay()), Optional.empty()));
        }
        spec.address().ifPresent(prefix -> filters.add(new FanObserver.Filter(List.of(prefix), Optional.empty())));
        spec.peer().ifPresent(peer -> filters.add(new FanObserver.Filter(slicesOf(fan, peer), Optional.of(peer))));
        return filters;
    }

    /** None where the peer is not in the underlay, so that only what it sends fits. */
    private static List<Prefix> slicesOf(Fan fan, Ipv4Address peer) {
        List<Prefix> slices = new ArrayList<>();
        if (fan.mapping().underlay().isHost(peer)) {
            slices.add(fan.mapping().sliceOf(peer));
            fan.ipv6().ifPresent(ipv6 -> slices.add(ipv6.sliceOf(peer)));
        }
        return slices;
    }

    /** {@return the next frame; empty when there is none now} */
    public Optional<MonitoredFrame> next() {
        return observer.next().map(this::frame);
    }

    private MonitoredFrame frame(ObservedFrame frame) {
        Fan first = fans.get(frame.fan());
        boolean ethernet = first.transport().delivery() == Delivery.BRIDGED || isOfTheBridge(frame.reason());
        PacketHeader packet = PacketHeader.read(frame.beginning(), ethernet);
        told.computeIfAbsent(first.bridge(), bridge -> new EnumMap<>(Counter.class))
                .merge(frame.reason(), 1L, Long::sum);
        Fan fan = ethernet ? first : byOverlay(packet, first.tunnel()).orElse(first);
        Optional<Ipv4Address> peer = frame.outerSource();
        Optional<MacAddress> sender = Optional.empty();
        if (peer.isEmpty()) {
            if (ethernet && !frame.reason().isSend() && frame.reason().kind() != Counter.Kind.PASSED) {
                sender = PacketHeader.ethernetSource(frame.beginning());
            }
            Optional<String> inside = frame.reason().isSend() ? packet.destination() : packet.source();
            peer = inside.flatMap(address -> owner(fan, address));
        }
        return new MonitoredFrame(frame.time(), fan.bridge(), frame.reason(), peer, sender, packet, frame.length());
    }

    /** A tunnel that packets are routed to serves all fans of its transport. */
    private static boolean isShared(Fan fan, String device) {
        return fan.transport().delivery() == Delivery.ROUTED && device.equals(fan.tunnel());
    }

    /** The fan that a packet is of, among those that share a tunnel. */
    private Optional<Fan> byOverlay(PacketHeader packet, String tunnel) {
        return fans.stream()
                .filter(fan -> fan.tunnel().equals(tunnel))
                .filter(fan -> packet.destination().filter(to -> isIn(fan, to)).isPresent()
                        || packet.source().filter(from -> isIn(fan, from)).isPresent())
                .findFirst();
    }

    private static boolean isIn(Fan fan, String address) {
        return !address.contains(":") && fan.overlay().contains(Ipv4Address.parse(address));
    }

    /** Those of gate. */
    private static boolean isOfTheBridge(Counter reason) {
        return reason == Counter.SEND_HOST_SPOOFED || reason == Counter.SEND_HOST_OTHER;
    }

    /** Another host of the fan. */
    private static Optional<Ipv4Address> owner(Fan fan, String address) {
        if (!isIn(fan, address)) {
            return Optional.empty();
        }
        Ipv4Address owner = Ipv4Address.of(
                fan.mapping().ownerBits(Ipv4Address.parse(address).bits()));
        return fan.mapping().underlay().isHost(owner)
                        && !fan.underlayAddresses().contains(owner)
                ? Optional.of(owner)
                : Optional.empty();
    }

    /**
     * {@return how many frames were not told of up to now, although they fit, for each fan by its bridge and each reason; those without any
     * are left out} What {@link #next} has not given yet counts as not told of.
     */
    public Map<String, Map<Counter, Long>> notShown() {
        Map<String, Map<Counter, Long>> all = new TreeMap<>();
        for (Fan fan : fans) {
            Map<Counter, Long> shown = told.getOrDefault(fan.bridge(), Map.of());
            Map<Counter, Long> missing = new LinkedHashMap<>();
            observer.seen(number(fan.bridge())).forEach((reason, count) -> {
                long rest = count - shown.getOrDefault(reason, 0L);
                if (rest > 0) {
                    missing.put(reason, rest);
                }
            });
            if (!missing.isEmpty()) {
                all.put(fan.bridge(), missing);
            }
        }
        return all;
    }

    private void detach() {
        attached.values().forEach(FanObserver.Attachment::close);
        attached.clear();
    }

    /** Detaches its programs. Again is harmless. */
    @Override
    public void close() {
        detach();
        observer.close();
    }
}
