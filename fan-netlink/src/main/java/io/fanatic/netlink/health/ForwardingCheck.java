package io.fanatic.netlink.health;

import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.host.RouterAdvertisements;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.kernel.ForwardingState.Ours;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Forwarding, where the plan does not tell: without privileges, and where Docker has left open what it found open by us. */
final class ForwardingCheck implements Check {
    @Override
    public String name() {
        return "forwarding";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (Fan fan : host.fans()) {
            findings.looked();
            String key = "net/ipv4/conf/" + fan.bridge() + "/forwarding";
            if (!host.privileged() && Sysctl.find(key).equals(Optional.of("0"))) {
                findings.add(Finding.of(
                        Code.FORWARDING_OFF,
                        fan.overlay().toString(),
                        "this host does not forward: containers reach nothing outside",
                        List.of("sysctl " + key + " = 0"),
                        "sysctl -w " + key + "=1"));
            }
        }
        boolean outside =
                host.fans().stream().anyMatch(fan -> fan.nat() && fan.ipv6().isPresent());
        if (host.privileged() && outside && host.ipv6().isOutOfReach()) {
            ipv6(findings);
        }
        if (host.privileged() && host.forwarding().ours() == Ours.EVERYWHERE_AND_NEEDED) {
            host.forwards().forEach(forward -> open(forward, findings));
        }
    }

    /** Where we cannot switch it on. */
    private static void ipv6(Findings findings) {
        List<String> commands = new ArrayList<>();
        for (String device : RouterAdvertisements.devicesLosingDefaultRoute()) {
            commands.add("sysctl -w net/ipv6/conf/" + device + "/accept_ra=2");
        }
        commands.add("sysctl -w net.ipv6.conf.all.forwarding=1");
        findings.add(Finding.of(
                        Code.FORWARDING_OFF,
                        Finding.HOST,
                        "this host does not forward IPv6: containers reach nothing outside by it",
                        List.of("net.ipv6.conf.all.forwarding is 0, and fanatic cannot set it: /proc/sys is read-only,"
                                + " or net.ipv6.conf.default.forwarding is 1 already"),
                        String.join(" && ", commands))
                .as(Severity.NOTE));
    }

    /** Docker makes the policy drop when it switches forwarding on itself, and leaves it as it is where that is on. */
    private static void open(Iptables.Forward forward, Findings findings) {
        if (forward.chain().equals("FORWARD") || forward.drops()) {
            return;
        }
        findings.add(Finding.of(
                Code.FORWARD_OPEN,
                Finding.HOST,
                "neighbours reach ports of Docker's containers that are not published, as an earlier version of the fan"
                        + " switched forwarding on before Docker did",
                List.of(
                        "net.ipv4.ip_forward was switched on by the fan, and Docker came after it",
                        forward.backend() + ": Docker's chains are there, and the policy of FORWARD is ACCEPT"),
                forward.backend() + " -P FORWARD DROP && fanctl up --all"));
    }
}
