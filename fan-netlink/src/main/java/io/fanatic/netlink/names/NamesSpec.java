package io.fanatic.netlink.names;

import io.fanatic.netlink.host.NameServers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What {@link Names} serves and from where it knows it.
 *
 * @param port UDP and TCP, 0 for any; {@link #PORT} where other hosts shall find it
 * @param hostName this host's own name, one label in small letters
 * @param sources who lists this host's containers
 * @param resolver finds other hosts by name
 * @param upstreams the servers that know all other names, in the order of preference; asked for each query that is passed on. Those at
 *     an address of ours are left out
 */
public record NamesSpec(
        int port,
        String hostName,
        List<ContainerSource> sources,
        HostResolver resolver,
        Supplier<List<InetSocketAddress>> upstreams) {

    /** That of DNS. */
    public static final int PORT = 53;

    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** Copies the list. */
    public NamesSpec {
        sources = List.copyOf(sources);
    }

    /**
     * {@return port 53, the host's name, its resolver and the name servers of its /etc/resolv.conf}
     *
     * @param sources who lists this host's containers
     */
    public static NamesSpec of(List<ContainerSource> sources) {
        return new NamesSpec(PORT, ownName(), sources, HostResolver.SYSTEM, NamesSpec::hostsServers);
    }

    /**
     * {@return the same with another port}
     *
     * @param other UDP and TCP, 0 for any
     */
    public NamesSpec withPort(int other) {
        return new NamesSpec(other, hostName, sources, resolver, upstreams);
    }

    /**
     * {@return the same with another name of this host}
     *
     * @param other one label in small letters
     */
    public NamesSpec withHostName(String other) {
        return new NamesSpec(port, other, sources, resolver, upstreams);
    }

    /**
     * {@return the same with another way to find hosts}
     *
     * @param other finds other hosts by name
     */
    public NamesSpec withResolver(HostResolver other) {
        return new NamesSpec(port, hostName, sources, other, upstreams);
    }

    /**
     * {@return the same with other servers for all other names}
     *
     * @param other asked for each query that is passed on
     */
    public NamesSpec withUpstreams(Supplier<List<InetSocketAddress>> other) {
        return new NamesSpec(port, hostName, sources, resolver, other);
    }

    private static List<InetSocketAddress> hostsServers() {
        return NameServers.inUse().stream()
                .map(server -> Owners.socketAddress(server, PORT))
                .toList();
    }

    private static String ownName() {
        try {
            String name = Files.readString(HOST_NAME).strip().toLowerCase(Locale.ROOT);
            int dot = name.indexOf('.');
            return dot < 0 ? name : name.substring(0, dot);
        } catch (IOException e) {
            return "";
        }
    }
}
