package io.fanatic.netlink.engine;

import static io.fanatic.core.FanException.Reason.INVALID;

import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.resource.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The underlay on this host: the one local address that is meant, the network that it counts in, and how large a packet its
 * device carries.
 *
 * @param address a local address
 * @param network the underlay
 * @param link the device that has the address
 * @param mtu of the device that packets leave by, bytes
 */
record Underlay(Ipv4Address address, Ipv4Prefix network, String link, int mtu) {

    private static final String LOOPBACK = "lo";

    /**
     * Finds the address that the user meant. Of several that fit, it is the one that a fan is up with already: so a line of the
     * configuration keeps its meaning when the host gets a second address.
     *
     * @throws FanException (INVALID) when no local address fits, or several do: then the message lists them
     */
    static Underlay resolve(UnderlaySpec spec, HostState host) {
        if (spec instanceof UnderlaySpec.Address given) {
            AddressState local = only(spec, host, true, a -> a.address().equals(given.address()));
            return of(local, given.network(), host);
        }
        if (spec instanceof UnderlaySpec.Network given) {
            AddressState local = only(spec, host, false, a -> given.network().contains(a.address()));
            return of(local, given.network(), host);
        }
        String link = spec instanceof UnderlaySpec.Device device ? device.name() : defaultLink(host);
        if (host.link(link).isEmpty()) {
            throw new FanException(
                    INVALID, "there is no interface " + link + "; this host has " + Text.join(", ", names(host)));
        }
        AddressState local = only(spec, host, true, a -> a.link().equals(link));
        return of(local, Ipv4Prefix.containing(local.address(), prefixLength(spec.prefixLength(), local)), host);
    }

    /** What {@link Engine#underlayAddresses} tells. */
    static List<AddressState> candidates(List<LinkState> links, List<AddressState> addresses, List<RouteState> routes) {
        Set<String> unfit = new HashSet<>(Set.of(LOOPBACK));
        Optional<String> first = defaultLink(routes);
        for (LinkState link : links) {
            if (link.isOurs() || isForContainers(link, links) && !first.equals(Optional.of(link.name()))) {
                unfit.add(link.name());
            }
        }
        List<AddressState> candidates = new ArrayList<>();
        for (AddressState address : addresses) {
            if (!unfit.contains(address.link())) {
                boolean ahead = first.equals(Optional.of(address.link()));
                candidates.add(ahead ? firstOther(candidates, address.link()) : candidates.size(), address);
            }
        }
        return candidates;
    }

    /** A bridge such as docker0, at which there are no devices but those of containers, or none at all: it leads to no other host. */
    private static boolean isForContainers(LinkState bridge, List<LinkState> links) {
        if (!bridge.kind().equals("bridge")) {
            return false;
        }
        for (LinkState link : links) {
            if (link.master().equals(Optional.of(bridge.name()))
                    && !link.kind().equals("veth")
                    && !link.kind().equals("tun")) {
                return false;
            }
        }
        return true;
    }

    private static int firstOther(List<AddressState> addresses, String link) {
        int at = 0;
        while (at < addresses.size() && addresses.get(at).link().equals(link)) {
            at++;
        }
        return at;
    }

    private static Optional<String> defaultLink(List<RouteState> routes) {
        for (RouteState route : routes) {
            if (route.destination().prefixLength() == 0 && route.link().isPresent()) {
                return route.link();
            }
        }
        return Optional.empty();
    }

    private static int prefixLength(OptionalInt given, AddressState local) {
        if (given.isPresent()) {
            return given.getAsInt();
        }
        if (local.prefixLength() == 32) {
            throw new FanException(
                    INVALID,
                    "the address " + local
                            + " has no network of its own (/32); add the prefix length of the address plan," + " as in "
                            + local.link() + "/16");
        }
        return local.prefixLength();
    }

    private static String defaultLink(HostState host) {
        return defaultLink(host.routes())
                .orElseThrow(() -> new FanException(
                        INVALID,
                        "this host has no default route; name the underlay by an address, a network or an interface"));
    }

    /** @param loopbackToo whether addresses of the loopback device are meant as well; service addresses live there */
    private static AddressState only(
            UnderlaySpec spec, HostState host, boolean loopbackToo, Predicate<AddressState> meant) {
        List<AddressState> candidates = new ArrayList<>();
        for (AddressState address : host.addresses()) {
            boolean usable = (loopbackToo || !address.link().equals(LOOPBACK))
                    && host.link(address.link()).filter(LinkState::isOurs).isEmpty();
            if (usable && meant.test(address)) {
                candidates.add(address);
            }
        }
        if (candidates.isEmpty()) {
            throw new FanException(
                    INVALID,
                    "no local address fits the underlay " + spec + "; this host has "
                            + (host.addresses().isEmpty() ? "no IPv4 address" : Text.join(", ", host.addresses())));
        }
        if (candidates.size() > 1) {
            Set<Ipv4Address> inUse = new HashSet<>();
            for (Fan fan : host.fans()) {
                inUse.addAll(fan.underlayAddresses());
                // Without its bridge a fan has no slice to tell it.
                if (fan.slices().isEmpty()) {
                    inUse.add(fan.macSeed());
                }
            }
            List<AddressState> used = new ArrayList<>(candidates);
            used.removeIf(address -> !inUse.contains(address.address()));
            if (used.size() == 1) {
                return used.get(0);
            }
            throw new FanException(
                    INVALID,
                    "several local addresses fit the underlay " + spec + ": " + Text.join(", ", candidates)
                            + "; name one of them");
        }
        return candidates.get(0);
    }

    private static Underlay of(AddressState local, Ipv4Prefix network, HostState host) {
        int mtu = host.link(local.link()).orElseThrow().mtu();
        if (local.link().equals(LOOPBACK)) {
            // An address of the loopback device is reached through others; the smallest of them decides.
            for (LinkState link : host.links()) {
                if (link.up() && !link.name().equals(LOOPBACK) && !link.isOurs()) {
                    mtu = Math.min(mtu, link.mtu());
                }
            }
        }
        return new Underlay(local.address(), network, local.link(), mtu);
    }

    private static List<String> names(HostState host) {
        List<String> names = new ArrayList<>();
        for (LinkState link : host.links()) {
            names.add(link.name());
        }
        return names;
    }
}
