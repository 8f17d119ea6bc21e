package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rules of iptables-legacy, which the kernel applies beside those of nftables and which nft(8) does not show. */
final class LegacyCheck implements Check {
    /** The tables that have been touched in this namespace; empty or missing otherwise. For root only. */
    private static final Path TABLES = Path.of("/proc/thread-self/net/ip_tables_names");

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_LINES = 3;

    @Override
    public String name() {
        return "iptables-legacy";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (!host.privileged()) {
            findings.notChecked("iptables-legacy was not looked at: it needs root");
            return;
        }
        findings.looked();
        try {
            if (!Files.exists(TABLES) || Files.readString(TABLES).isBlank()) {
                return;
            }
            Optional<Path> program = Spawn.find("iptables-legacy-save");
            if (program.isEmpty()) {
                findings.notChecked("tables of iptables-legacy are in use, but iptables-legacy-save is not installed");
                return;
            }
            Spawn.Output saved = Spawn.capture(List.of(program.get().toString()), TIMEOUT);
            run(host, findings, saved.text().lines().toList());
        } catch (IOException | ErrnoException e) {
            findings.notChecked("iptables-legacy was not looked at: " + e.getMessage());
        }
    }

    private static void run(HealthHost host, Findings findings, List<String> lines) {
        List<String> rules = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("-A ") || line.startsWith(":") && line.contains(" DROP ")) {
                rules.add(line);
            }
        }
        if (rules.isEmpty() || host.wanted().isEmpty()) {
            return;
        }
        findings.add(Finding.of(
                Code.IPTABLES_LEGACY,
                Finding.HOST,
                "iptables-legacy has rules beside nftables: both apply, and neither tool shows the other's",
                rules.subList(0, Math.min(MAX_LINES, rules.size())),
                "iptables-legacy-save"));
        for (Fan fan : host.fans()) {
            boolean lets = rules.stream()
                    .anyMatch(line -> line.startsWith("-A ")
                            && line.contains("-i " + FirewallCheck.outside(fan) + " ")
                            && line.endsWith("-j ACCEPT"));
            if (rules.stream().anyMatch(line -> line.startsWith(":FORWARD DROP ")) && !lets) {
                findings.add(FirewallCheck.forwardDrop(
                        fan,
                        FirewallCheck.eatsTheFan(fan),
                        "iptables-legacy: the chain FORWARD has policy DROP",
                        "iptables-legacy -I FORWARD -i " + FirewallCheck.outside(fan) + " -o " + fan.bridge()
                                + " -j ACCEPT"));
            }
        }
    }
}
