package io.fanatic.netlink.health;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the old ubuntu-fan package leaves: its hooks bring fans up in their own way whenever a device comes up. */
final class UbuntuFanCheck implements Check {
    private static final List<Path> FILES = List.of(
            Path.of("/etc/network/if-up.d/ubuntu-fan"),
            Path.of("/etc/network/if-down.d/ubuntu-fan"),
            Path.of("/etc/network/if-post-down.d/ubuntu-fan"),
            Path.of("/etc/init.d/ubuntu-fan"),
            Path.of("/lib/systemd/system/ubuntu-fan.service"),
            Path.of("/var/lib/dpkg/info/ubuntu-fan.list"));

    @Override
    public String name() {
        return "the old ubuntu-fan";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        findings.looked();
        List<String> found = new ArrayList<>();
        for (Path file : FILES) {
            if (Files.exists(file)) {
                found.add(file + " is there");
            }
        }
        if (!found.isEmpty()) {
            findings.add(Finding.of(
                    Code.UBUNTU_FAN, Finding.HOST, Code.UBUNTU_FAN.meaning(), found, "apt-get purge ubuntu-fan"));
        }
    }
}
