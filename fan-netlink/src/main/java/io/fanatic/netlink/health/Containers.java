package io.fanatic.netlink.health;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv6Address;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.Pause;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.BridgePort;
import io.fanatic.netlink.route.BridgePorts;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ports of bridges, and what containers see at the other end of their cables. A container is a network namespace of a process, or one
 * that has a name; that of a virtual machine's tap device cannot be looked into.
 */
final class Containers {
    private static final int O_RDONLY_CLOEXEC = 02000000;

    private static final long SETTLING_NANOS = 1_000_000_000;

    /** Where namespaces are pinned, by ip-netns(8) and by Docker. */
    private static final List<Path> PINS = List.of(Namespace.NAMED, Path.of("/run/docker/netns"));

    private final List<BridgePort> ports;
    private final Map<Integer, Inside> insides;

    private Containers(List<BridgePort> ports, Map<Integer, Inside> insides) {
        this.ports = List.copyOf(ports);
        this.insides = Map.copyOf(insides);
    }

    /**
     * A container's end of a cable; {@code defaultRoute} and {@code neighbours}, which are not permanent, are of the whole container, {@code
     * ipv6Routers} of this end.
     */
    record Inside(
            Link link,
            List<InterfaceAddress> addresses,
            boolean defaultRoute,
            List<Ipv6Address> ipv6Routers,
            Map<IpFamily, Integer> neighbours) {
        Inside {
            addresses = List.copyOf(addresses);
            neighbours = Map.copyOf(neighbours);
            ipv6Routers = List.copyOf(ipv6Routers);
        }
    }

    /** Looks from the calling thread's namespace. */
    static Containers here(NetlinkSocket socket) {
        BridgePorts reader = new BridgePorts(socket);
        List<BridgePort> ports = settled(reader);
        Map<Integer, List<BridgePort>> byNamespace = new HashMap<>();
        for (BridgePort port : ports) {
            if (port.peerNamespace() >= 0 && port.peer() != 0) {
                byNamespace
                        .computeIfAbsent(port.peerNamespace(), id -> new ArrayList<>())
                        .add(port);
            }
        }
        Map<Integer, Inside> insides = new HashMap<>();
        if (!byNamespace.isEmpty()) {
            namespaces(reader, byNamespace.keySet())
                    .forEach((id, namespace) -> look(namespace, byNamespace.getOrDefault(id, List.of()), insides));
        }
        return new Containers(ports, insides);
    }

    /** A cable that was just plugged in passes nothing for a moment, before a worker of the kernel has told the bridge. */
    private static List<BridgePort> settled(BridgePorts reader) {
        long end = System.nanoTime() + SETTLING_NANOS;
        List<BridgePort> ports = reader.list();
        while (ports.stream().anyMatch(BridgePort::stopped) && System.nanoTime() - end < 0) {
            Pause.nanos(SETTLING_NANOS / 20);
            ports = reader.list();
        }
        return ports;
    }

    /** All devices of the host. */
    List<BridgePort> ports() {
        return ports;
    }

    Optional<BridgePort> port(String name) {
        return ports.stream().filter(port -> port.name().equals(name)).findFirst();
    }

    /** What a container has at its end of a cable; empty where it cannot be looked into. */
    Optional<Inside> inside(BridgePort port) {
        return Optional.ofNullable(insides.get(port.index()));
    }

    private static void look(Namespace namespace, List<BridgePort> cables, Map<Integer, Inside> insides) {
        try {
            insides.putAll(namespace.call(() -> {
                Map<Integer, Inside> found = new HashMap<>();
                try (NetlinkSocket socket = NetlinkSocket.open()) {
                    List<InterfaceAddress> addresses = new Addresses(socket).list();
                    boolean way = new Routes(socket)
                            .list().stream().anyMatch(route -> route.isDefault() && route.type() == Route.TYPE_UNICAST);
                    List<Route> ipv6 = new Routes(socket).list(IpFamily.IPV6);
                    Map<IpFamily, Integer> neighbours = new EnumMap<>(IpFamily.class);
                    for (IpFamily family : IpFamily.values()) {
                        List<Neighbour> all = new Neighbours(socket).list(family);
                        all.removeIf(Neighbour::permanent);
                        neighbours.put(family, all.size());
                    }
                    for (Link link : new Links(socket).list()) {
                        for (BridgePort cable : cables) {
                            if (cable.peer() == link.index()) {
                                List<InterfaceAddress> own = addresses.stream()
                                        .filter(address -> address.index() == link.index())
                                        .toList();
                                found.put(cable.index(), new Inside(link, own, way, routers(ipv6, link), neighbours));
                            }
                        }
                    }
                }
                return found;
            }));
        } catch (RuntimeException gone) {
            // The container has ended meanwhile.
            return;
        }
    }

    /** To whom a device's default routes of IPv6 lead. */
    private static List<Ipv6Address> routers(List<Route> routes, Link link) {
        return routes.stream()
                .filter(route -> route.isDefault() && route.outInterface() == link.index())
                .flatMap(route -> route.gateway().stream())
                .map(Ipv6Address.class::cast)
                .distinct()
                .toList();
    }

    /** The namespaces that this one knows by these numbers. */
    private static Map<Integer, Namespace> namespaces(BridgePorts reader, Set<Integer> wanted) {
        Map<Integer, Namespace> found = new HashMap<>();
        Set<String> seen = new HashSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                Path file = process.resolve("ns/net");
                try {
                    if (seen.add(Files.readSymbolicLink(file).toString())) {
                        add(reader, file, wanted, found);
                    }
                } catch (IOException gone) {
                    // Or somebody else's.
                }
            }
        } catch (IOException unreadable) {
            return found;
        }
        for (Path pins : PINS) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(pins)) {
                for (Path file : files) {
                    add(reader, file, wanted, found);
                }
            } catch (IOException absent) {
                // Nobody has pinned any.
            }
        }
        return found;
    }

    private static void add(BridgePorts reader, Path file, Set<Integer> wanted, Map<Integer, Namespace> found) {
        int descriptor = Native.open(file.toString(), O_RDONLY_CLOEXEC);
        if (descriptor < 0) {
            return;
        }
        try {
            int id = reader.namespace(descriptor);
            if (wanted.contains(id)) {
                found.putIfAbsent(id, new Namespace(file, Optional.empty()));
            }
        } catch (ErrnoException noNamespace) {
            // Some other file.
        } finally {
            LIBC.close(descriptor);
        }
    }
}
