package io.fanatic.netlink.kernel;

import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.FdbEntry;
import io.fanatic.netlink.route.ForwardingDatabase;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The running kernel's IPv6 addresses, neighbours, forwarding entries and routes, as far as a fan sets them. */
final class Ipv6Links {
    private final NetlinkSocket socket;
    private final Map<Integer, String> names;

    /** @param names of devices, by index */
    Ipv6Links(NetlinkSocket socket, Map<Integer, String> names) {
        this.socket = socket;
        this.names = names;
    }

    Ipv6State read(List<String> bridges) {
        List<Ipv6State.Address> addresses = new ArrayList<>();
        for (InterfaceAddress address : new Addresses(socket).list(IpFamily.IPV6)) {
            String name = names.get(address.index());
            if (name != null && bridges.contains(name)) {
                addresses.add(new Ipv6State.Address(name, (Ipv6Address) address.address(), address.prefixLength()));
            }
        }
        List<Ipv6State.Neighbour> neighbours = new ArrayList<>();
        for (Neighbour neighbour : new Neighbours(socket).list(IpFamily.IPV6)) {
            String name = names.get(neighbour.index());
            if (name != null && bridges.contains(name) && neighbour.permanent()) {
                neighbours.add(new Ipv6State.Neighbour(name, (Ipv6Address) neighbour.address(), neighbour.mac()));
            }
        }
        List<Ipv6State.Entry> entries = new ArrayList<>();
        for (FdbEntry entry : new ForwardingDatabase(socket).list()) {
            String port = names.get(entry.index());
            String bridge = names.get(entry.master());
            if (port != null && bridge != null && bridges.contains(bridge) && entry.sticky()) {
                entries.add(new Ipv6State.Entry(port, entry.mac()));
            }
        }
        List<Ipv6State.Route> routes = routes(false);
        routes.removeIf(route -> !bridges.contains(route.link()));
        return new Ipv6State(addresses, neighbours, entries, routes);
    }

    /** @param mirrored whether with those that the kernel has for the networks of addresses */
    List<Ipv6State.Route> routes(boolean mirrored) {
        List<Ipv6State.Route> routes = new ArrayList<>();
        for (Route route : new Routes(socket).list(IpFamily.IPV6)) {
            String name = names.get(route.outInterface());
            if (name != null
                    && route.table() == Route.TABLE_MAIN
                    && route.type() == Route.TYPE_UNICAST
                    && (mirrored || route.protocol() != Route.PROTOCOL_KERNEL)) {
                routes.add(new Ipv6State.Route(
                        (Ipv6Prefix) route.destination(),
                        name,
                        route.gateway().map(hop -> (Ipv6Address) hop),
                        route.preferredSource().map(source -> (Ipv6Address) source)));
            }
        }
        return routes;
    }

    /** The forwarding entries of a port that learning does not move. */
    List<Ipv6State.Entry> entries(Link port) {
        List<Ipv6State.Entry> entries = new ArrayList<>();
        for (FdbEntry entry : new ForwardingDatabase(socket).list()) {
            if (entry.index() == port.index() && entry.master() != 0 && entry.sticky()) {
                entries.add(new Ipv6State.Entry(port.name(), entry.mac()));
            }
        }
        return entries;
    }

    void put(int index, Ipv6State.Part part) {
        if (part instanceof Ipv6State.Address address) {
            add(index, address);
        } else if (part instanceof Ipv6State.Neighbour neighbour) {
            new Neighbours(socket).replace(index, neighbour.address(), neighbour.mac());
        } else if (part instanceof Ipv6State.Entry entry) {
            new ForwardingDatabase(socket).replaceSticky(index, entry.mac());
        } else if (part instanceof Ipv6State.Route route) {
            new Routes(socket).replace(of(index, route));
        }
    }

    /** A bridge of Docker's that becomes the fan's may have it, as one that the kernel still asks for and does not use. */
    private void add(int index, Ipv6State.Address address) {
        try {
            new Addresses(socket).add(of(index, address));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            delete(index, address);
            new Addresses(socket).add(of(index, address));
        }
    }

    private static InterfaceAddress of(int index, Ipv6State.Address address) {
        return InterfaceAddress.of(index, address.address(), address.prefixLength(), LinuxKernel.PROTOCOL)
                .withoutDuplicateDetection();
    }

    void delete(int index, Ipv6State.Part part) {
        if (part instanceof Ipv6State.Address address) {
            gone(Set.of(Errno.EADDRNOTAVAIL), () -> new Addresses(socket).delete(of(index, address)));
        } else if (part instanceof Ipv6State.Neighbour neighbour) {
            gone(Set.of(Errno.ENOENT), () -> new Neighbours(socket).delete(index, neighbour.address()));
        } else if (part instanceof Ipv6State.Entry entry) {
            // A device that is no port any more has no entries.
            gone(
                    Set.of(Errno.ENOENT, Errno.EINVAL, Errno.EOPNOTSUPP),
                    () -> new ForwardingDatabase(socket).deleteFromBridge(index, entry.mac()));
        } else if (part instanceof Ipv6State.Route route) {
            gone(Set.of(Errno.ESRCH), () -> new Routes(socket).delete(of(index, route)));
        }
    }

    private static Route of(int index, Ipv6State.Route state) {
        Route route = state.gateway()
                .map(hop -> Route.via(state.destination(), hop, index, LinuxKernel.PROTOCOL))
                .orElseGet(() -> Route.direct(state.destination(), index, LinuxKernel.PROTOCOL));
        return state.source().map(route::withPreferredSource).orElse(route);
    }

    private static void gone(Set<Integer> errors, Runnable deletion) {
        try {
            deletion.run();
        } catch (ErrnoException e) {
            if (!errors.contains(e.errno())) {
                throw e;
            }
        }
    }
}
