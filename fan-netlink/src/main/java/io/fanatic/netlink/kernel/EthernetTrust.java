package io.fanatic.netlink.kernel;

import io.fanatic.netlink.host.Sysctl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the Ethernet source of a frame tells which host sent it. */
final class EthernetTrust {
    /** A file for each bond of this namespace. */
    private static final Path BONDS = Path.of("/proc/thread-self/net/bonding");

    private EthernetTrust() {}

    /**
     * Why it does not, in a few words.
     *
     * @param card the device
     * @param hardware whether it is no device made by software, which could be above a bond
     */
    static Optional<String> missing(String card, boolean hardware) {
        for (String device : new String[] {card, "all"}) {
            String key = "net/ipv4/conf/" + device + "/proxy_arp";
            if (Sysctl.find(key).filter(value -> !value.equals("0")).isPresent()) {
                return Optional.of("this host answers ARP for others there (" + key.replace('/', '.') + ")");
            }
        }
        return hardware ? Optional.empty() : bond();
    }

    /** In these modes a bond writes the address of another of its ports into each frame. */
    private static Optional<String> bond() {
        try (DirectoryStream<Path> bonds = Files.newDirectoryStream(BONDS)) {
            for (Path bond : bonds) {
                String text = Files.readString(bond);
                if (text.contains("adaptive load balancing") || text.contains("transmit load balancing")) {
                    return Optional.of("the bond " + bond.getFileName()
                            + " sends with the addresses of its ports (mode balance-alb or balance-tlb)");
                }
            }
            return Optional.empty();
        } catch (NoSuchFileException | NotDirectoryException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + BONDS, e);
        }
    }
}
