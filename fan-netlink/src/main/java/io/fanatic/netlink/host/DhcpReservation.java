package io.fanatic.netlink.host;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An address that a DHCP server gives to one client and to nobody else.
 *
 * @param client its Ethernet address
 * @param address what it gets
 */
public record DhcpReservation(MacAddress client, Ipv4Address address) {
    private static final Path ETHERS = Path.of("/etc/ethers");

    /** {@return those of /etc/ethers, see ethers(5): lines of an Ethernet address and an IPv4 address; empty when it is not there} */
    public static List<DhcpReservation> ofThisHost() {
        return read(ETHERS);
    }

    /**
     * Reads a file as ethers(5) has it. Lines that say something else are for other programs. Of two for one client or one
     * address the first counts.
     *
     * @param ethers such as /etc/ethers
     * @return its reservations, in its order; empty when it cannot be read
     */
    public static List<DhcpReservation> read(Path ethers) {
        List<DhcpReservation> all = new ArrayList<>();
        Set<Object> known = new HashSet<>();
        try {
            String text = new String(Files.readAllBytes(ethers), StandardCharsets.ISO_8859_1);
            for (String line : text.split("\n", -1)) {
                int comment = line.indexOf('#');
                String[] words = (comment < 0 ? line : line.substring(0, comment))
                        .strip()
                        .split("[ \t]+", -1);
                if (words.length == 2) {
                    add(words[0], words[1], all, known);
                }
            }
        } catch (IOException none) {
            return List.of();
        }
        return all;
    }

    private static void add(String client, String address, List<DhcpReservation> all, Set<Object> known) {
        try {
            DhcpReservation reservation = new DhcpReservation(MacAddress.parse(client), Ipv4Address.parse(address));
            if (!known.contains(reservation.client) && known.add(reservation.address)) {
                known.add(reservation.client);
                all.add(reservation);
            }
        } catch (IllegalArgumentException aName) {
            // Of a host, which says nothing about a fan's addresses.
        }
    }
}
