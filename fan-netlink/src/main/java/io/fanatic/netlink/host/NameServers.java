package io.fanatic.netlink.host;

import io.fanatic.core.Ipv4Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The name servers of this host that its containers can ask as well. Where systemd-resolved runs, /etc/resolv.conf names its
 * stub on a loopback address, which is the container's own loopback when a container asks; what the stub asks stands in another
 * file.
 */
public final class NameServers {
    private static final Path RESOLVED = Path.of("/run/systemd/resolve/resolv.conf");
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    /** libc uses three; a DHCP option holds 63. */
    private static final int MOST = 8;

    private static final int LOOPBACK = 127;

    private NameServers() {}

    /** {@return those of /etc/resolv.conf, loopback addresses included} */
    public static List<Ipv4Address> inUse() {
        return of(RESOLV_CONF);
    }

    /** {@return those that containers can ask, in the order of preference; empty when there is none but a stub} */
    public static List<Ipv4Address> forContainers() {
        return forContainers(RESOLVED, RESOLV_CONF);
    }

    static List<Ipv4Address> forContainers(Path... files) {
        for (Path file : files) {
            List<Ipv4Address> servers = of(file);
            servers.removeIf(server -> server.bits() == 0 || server.bits() >>> 24 == LOOPBACK);
            if (!servers.isEmpty()) {
                return List.copyOf(servers.subList(0, Math.min(MOST, servers.size())));
            }
        }
        return List.of();
    }

    private static List<Ipv4Address> of(Path file) {
        List<Ipv4Address> servers = new ArrayList<>();
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            for (String line : text.split("\n", -1)) {
                add(servers, line.strip());
            }
        } catch (IOException none) {
            return servers;
        }
        return servers;
    }

    private static void add(List<Ipv4Address> servers, String line) {
        String word = "nameserver";
        if (!line.startsWith(word)) {
            return;
        }
        String rest = line.substring(word.length());
        try {
            Ipv4Address server = Ipv4Address.parse(rest.strip());
            if (!rest.equals(rest.stripLeading()) && !servers.contains(server)) {
                servers.add(server);
            }
        } catch (IllegalArgumentException notIpv4) {
            // IPv6, which containers of a fan do not have, or nonsense.
        }
    }
}
