package io.fanatic.netlink.health;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.engine.Fan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Leases of our DHCP servers: each must lie in a slice of this host. */
final class LeasesCheck implements Check {
    private static final int MOST = 3;

    @Override
    public String name() {
        return "DHCP leases";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (Fan fan : host.fans()) {
            if (!fan.dhcp().isEmpty()) {
                findings.looked();
                run(fan, host.leaseFile(fan), findings);
            }
        }
    }

    private static void run(Fan fan, Path file, Findings findings) {
        List<String> strange = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                // dnsmasq writes: when it ends, Ethernet address, address, name, client.
                String[] words = line.split(" ");
                if (words.length >= 4 && !isOurs(fan, Ipv4Address.parse(words[2]))) {
                    strange.add(words[2] + " is leased to " + words[1] + " (" + words[3] + ")");
                }
            }
        } catch (NoSuchFileException noneYet) {
            return;
        } catch (IOException | IllegalArgumentException e) {
            findings.notChecked("the leases in " + file + " were not looked at: " + e.getMessage());
            return;
        }
        if (!strange.isEmpty()) {
            findings.add(Finding.of(
                    Code.DHCP_LEASES,
                    fan.overlay().toString(),
                    "addresses are leased that lie in no slice of this host",
                    strange.subList(0, Math.min(MOST, strange.size())),
                    "fanctl down -u " + fan.mapping().underlay() + " -o " + fan.overlay() + " && rm " + file));
        }
    }

    private static boolean isOurs(Fan fan, Ipv4Address address) {
        return fan.slices().stream()
                .anyMatch(slice -> fan.leases(slice.underlayAddress())
                        && slice.cidr().contains(address)
                        && address.compareTo(slice.firstContainerAddress()) >= 0
                        && address.compareTo(slice.lastContainerAddress()) <= 0);
    }
}
