package io.fanatic.cli.names;

import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.health.Check;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.health.HealthHost;
import io.fanatic.netlink.health.Severity;
import io.fanatic.netlink.host.UdpPorts;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import io.fanatic.netlink.names.Names;
import io.fanatic.netlink.names.NamesSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether names of containers are served on the fans that are to have them, and whether this host finds them. Whether another host tells its
 * own, its test tells.
 */
public final class NamesCheck implements Check {
    private static final Path SYSTEMD = Path.of("/run/systemd/system");
    private static final Path RESOLVED = Path.of("/run/systemd/resolve");
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final List<ContainerEngine> engines;

    /** @param engines of this host */
    public NamesCheck(List<ContainerEngine> engines) {
        this.engines = List.copyOf(engines);
    }

    @Override
    public String name() {
        return "names of containers";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        List<Fan> fans = host.fans().stream()
                .filter(fan -> fan.names() && !fan.slices().isEmpty())
                .toList();
        if (fans.isEmpty()) {
            return;
        }
        if (!host.privileged()) {
            findings.notChecked("names of containers were not looked at: that needs root");
            return;
        }
        findings.looked();
        try (Names names = Names.open(NamesSpec.of(EngineSource.of(engines)))) {
            names.know(fans);
            for (Fan fan : fans) {
                String zone = names.zones(fan).get(0);
                served(fan, zone).ifPresent(findings::add);
                searched(names.zones(fan)).ifPresent(findings::add);
            }
            for (String sentence : names.problems()) {
                findings.add(Finding.of(
                        Code.NAME_TWICE,
                        Finding.HOST,
                        "a name of a container leads to several, or not to all",
                        List.of(sentence),
                        "fanatic resolve NAME, and rename one of the containers"));
            }
        }
    }

    /** What is wrong with the server, or with the way to it. */
    private static Optional<Finding> served(Fan fan, String zone) {
        FanSlice slice = fan.slices().get(0);
        for (FanSlice each : fan.slices()) {
            if (!UdpPorts.isHeld(each.hostAddress(), NamesSpec.PORT)) {
                return Optional.of(finding(
                        fan.overlay().toString(),
                        "names of containers are to be served on " + fan.bridge() + ", and nobody does",
                        "nothing listens at " + each.hostAddress() + " port " + NamesSpec.PORT,
                        Files.isDirectory(SYSTEMD) ? "systemctl enable --now fan-names" : "fanatic names"));
            }
        }
        String own = slice.underlayAddress().toString().replace('.', '-') + "." + zone;
        if (isFound(own, slice.hostAddress())) {
            return Optional.empty();
        }
        String evidence = "getent finds no " + slice.hostAddress() + " for " + own;
        return Optional.of(
                Files.isDirectory(RESOLVED)
                        ? finding(
                                fan.overlay().toString(),
                                "systemd-resolved does not ask the server for names of " + fan.bridge(),
                                evidence,
                                "systemctl restart fan-names")
                        : finding(
                                        fan.overlay().toString(),
                                        "this host itself does not find names of " + fan.bridge()
                                                + ", as nothing sends its queries there; containers do with --dns "
                                                + slice.hostAddress(),
                                        evidence,
                                        "apt install systemd-resolved")
                                .as(Severity.NOTE));
    }

    private static boolean isFound(String name, Ipv4Address address) {
        try {
            Optional<Path> getent = Spawn.find("getent");
            return getent.isEmpty()
                    || Spawn.capture(List.of(getent.get().toString(), "ahostsv4", name), TIMEOUT)
                            .text()
                            .startsWith(address + " ");
        } catch (ErrnoException tooLong) {
            return false;
        }
    }

    /** A search list with the zone makes the host's resolver ask the server for what it is looking up itself. */
    private static Optional<Finding> searched(List<String> zones) {
        try {
            for (String line : Files.readAllLines(RESOLV_CONF)) {
                List<String> words =
                        Arrays.asList(line.strip().toLowerCase(Locale.ROOT).split("\\s+"));
                if ((words.get(0).equals("search") || words.get(0).equals("domain"))
                        && words.stream().anyMatch(zones::contains)) {
                    return Optional.of(finding(
                            Finding.HOST,
                            "the search list of this host has a zone of the fan, which sends the server's own questions back to it",
                            RESOLV_CONF + ": " + line.strip(),
                            "take that zone out of the line in " + RESOLV_CONF));
                }
            }
        } catch (IOException none) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Finding finding(String subject, String title, String evidence, String fix) {
        return Finding.of(Code.NAMES, subject, title, List.of(evidence), fix);
    }
}
