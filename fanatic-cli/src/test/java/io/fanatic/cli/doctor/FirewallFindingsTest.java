package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanOptions;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Severity;
import org.junit.jupiter.api.Test;

/** What a firewall does to the fan's packets, and what is done to the fan's own rules. */
class FirewallFindingsTest extends HostFindings {
    @Test
    void fault28TheFirewallDropsWhatItForwards() {
        String drop = "nft 'add table ip filter; add chain ip filter FORWARD"
                + " { type filter hook forward priority filter; policy drop; }';";
        String gone = "nft delete table ip filter; sysctl -qw net.bridge.bridge-nf-call-iptables=0";
        Finding bridged = host.falls(drop + "sysctl -qw net.bridge.bridge-nf-call-iptables=1", gone, Code.FORWARD_DROP);
        assertThat(bridged.severity()).isEqualTo(Severity.ERROR);
        assertThat(bridged.fix()).isEqualTo("iptables -I FORWARD -i fan-250 -o fan-250 -j ACCEPT");
        Finding routed = host.falls(drop + "sysctl -qw net.bridge.bridge-nf-call-iptables=0", gone, Code.FORWARD_DROP);
        assertThat(routed.severity()).isEqualTo(Severity.WARNING);

        // The command that the finding tells is a cure.
        host.run(drop + bridged.fix());
        try {
            host.isHealthy();
        } finally {
            host.run(gone);
        }
    }

    /** As ufw has it: the policy accepts, and what no rule of its chains took is refused by the last of them. */
    @Test
    void fault28ADropBehindAJump() {
        String ufw = "iptables -N ufw-before-forward; iptables -N ufw-reject-forward;"
                + " iptables -A FORWARD -j ufw-before-forward; iptables -A FORWARD -j ufw-reject-forward;"
                + " iptables -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT;"
                + " iptables -A ufw-before-forward -p icmp --icmp-type echo-request -j ACCEPT;"
                + " iptables -A ufw-reject-forward -j REJECT; sysctl -qw net.bridge.bridge-nf-call-iptables=1";
        String gone = "nft delete table ip filter; sysctl -qw net.bridge.bridge-nf-call-iptables=0";
        Finding found = host.falls(ufw, gone, Code.FORWARD_DROP);
        assertThat(found.severity()).isEqualTo(Severity.ERROR);
        assertThat(found.evidence().get(0))
                .startsWith("nft: ip filter FORWARD: jump ufw-reject-forward; ip filter ufw-reject-forward: reject");

        host.run(ufw);
        try {
            bridgedConnection(false);
            host.run(found.fix());
            bridgedConnection(true);
            host.isHealthy();
            // As ufw route allow does it, behind a jump.
            host.run("iptables -D" + found.fix().substring("iptables -I".length())
                    + "; iptables -I ufw-before-forward -i fan-250 -o fan-250 -j ACCEPT");
            bridgedConnection(true);
            host.isHealthy();
        } finally {
            host.run(gone);
        }
    }

    @Test
    void fault28AnAcceptBehindAJump() {
        String docker = "iptables -P FORWARD DROP; iptables -N DOCKER-USER; iptables -N DOCKER-FORWARD; iptables -N"
                + " DOCKER-BRIDGE; iptables -A FORWARD -j DOCKER-USER; iptables -A FORWARD -j DOCKER-FORWARD; iptables -A"
                + " DOCKER-FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables -A"
                + " DOCKER-FORWARD -i docker0 -j ACCEPT; sysctl -qw net.bridge.bridge-nf-call-iptables=1;";
        String gone = "nft delete table ip filter; sysctl -qw net.bridge.bridge-nf-call-iptables=0";
        for (String accepts : new String[] {
            "iptables -A DOCKER-USER -i fan-250 -j ACCEPT",
            "iptables -A DOCKER-FORWARD -g DOCKER-BRIDGE; iptables -A DOCKER-BRIDGE -o fan-250 -j ACCEPT",
            "iptables -I DOCKER-USER -i docker0 -j RETURN; iptables -A DOCKER-USER -j ACCEPT"
        }) {
            host.run(docker + accepts);
            try {
                bridgedConnection(true);
                host.isHealthy();
            } finally {
                host.run(gone);
            }
        }
        // What is accepted where no packet of the fan comes is accepted in vain.
        for (String inVain : new String[] {
            "iptables -A DOCKER-BRIDGE -i fan-250 -o fan-250 -j ACCEPT",
            "iptables -A DOCKER-USER -i docker0 -j DOCKER-BRIDGE; iptables -A DOCKER-BRIDGE -j ACCEPT",
            "iptables -A DOCKER-USER -j RETURN; iptables -A DOCKER-USER -i fan-250 -j ACCEPT",
            "iptables -I DOCKER-USER -i fan-250 -m comment --comment no -j DROP; iptables -A FORWARD -i fan-250 -j"
                    + " ACCEPT"
        }) {
            host.run(docker + inVain);
            try {
                bridgedConnection(false);
                host.has(Code.FORWARD_DROP);
            } finally {
                host.run(gone);
            }
        }
    }

    /** As firewalld has it: zones in chains of their own, found by verdict maps and gotos; the default one refuses. */
    @Test
    void fault28Zones() {
        String zones = "nft 'add table inet firewalld; add chain inet firewalld filter_FORWARD { type filter hook"
                + " forward priority filter + 10; policy accept; }; add chain inet firewalld filter_INPUT { type filter"
                + " hook input priority filter + 10; policy accept; }; add chain inet firewalld zones; add chain inet"
                + " firewalld public; add chain inet firewalld trusted; add map inet firewalld zone { type ifname :"
                + " verdict; }; add rule inet firewalld filter_FORWARD ct state vmap { established : accept, related :"
                + " accept, invalid : drop }; add rule inet firewalld filter_FORWARD jump zones; add rule inet firewalld"
                + " filter_FORWARD reject with icmpx admin-prohibited; add rule inet firewalld filter_INPUT ct state {"
                + " established, related } accept; add rule inet firewalld filter_INPUT iifname lo accept; add rule inet"
                + " firewalld filter_INPUT jump zones; add rule inet firewalld filter_INPUT reject with icmpx"
                + " admin-prohibited; add rule inet firewalld zones iifname vmap @zone; add rule inet firewalld zones goto"
                + " public; add rule inet firewalld public meta l4proto icmp accept; add rule inet firewalld public tcp"
                + " dport 22 accept; add rule inet firewalld trusted accept'; sysctl -qw"
                + " net.bridge.bridge-nf-call-iptables=1;";
        String open = "nft add rule inet firewalld public udp dport 8472 accept;";
        String gone = "nft delete table inet firewalld; sysctl -qw net.bridge.bridge-nf-call-iptables=0";
        Finding closed = host.falls(
                zones + "nft add element inet firewalld zone '{ fan-250 : goto trusted }'",
                gone,
                Code.TUNNEL_PORT_CLOSED);
        assertThat(closed.fix()).isEqualTo("firewall-cmd --permanent --add-port=8472/udp && firewall-cmd --reload");
        Finding dropped = host.falls(zones + open, gone, Code.FORWARD_DROP);
        assertThat(dropped.fix())
                .endsWith("firewall-cmd --permanent --zone=docker --add-interface=fan-250 && firewall-cmd --reload");
        host.run(zones + open + "nft add element inet firewalld zone '{ fan-250 : jump trusted }'");
        try {
            bridgedConnection(true);
            host.isHealthy();
        } finally {
            host.run(gone);
        }
    }

    @Test
    void fault28ARawDropOfAContainersAddress() {
        String table = "nft 'add table ip raw; add chain ip raw PREROUTING"
                + " { type filter hook prerouting priority raw; };";
        host.falls(
                table + " add rule ip raw PREROUTING ip daddr 250.0.1.2 iifname != br9 drop'",
                "nft delete table ip raw",
                Code.FIREWALL_DROP);
        // As Docker 28 writes it for its own network on the fan: what comes over the bridge passes.
        host.run(table + " add rule ip raw PREROUTING ip daddr 250.0.1.2 iifname != fan-250 drop'");
        try {
            host.isHealthy();
        } finally {
            host.run("nft delete table ip raw");
        }
    }

    @Test
    void fault29TheRulesetIsFlushed() {
        host.falls("nft flush ruleset", "true", Code.NAT, Code.TUNNEL_ONLY);
    }

    @Test
    void fault29ATableAgainstForgedPacketsIsAlteredOrDeleted() {
        host.falls("nft insert rule ip fanatic-tunnel postrouting accept", "true", Code.TUNNEL_ONLY);
        host.falls("nft flush table ip fanatic-tunnel", "true", Code.TUNNEL_ONLY);
        host.falls("nft delete table ip fanatic-tunnel", "true", Code.TUNNEL_ONLY);
        host.falls("nft insert rule ip fanatic-tunnel prerouting accept", "true", Code.TUNNEL_ONLY);
        host.falls("nft delete table ip6 fanatic-tunnel", "true", Code.TUNNEL_ONLY);
        host.falls("nft delete table bridge fanatic-tunnel", "true", Code.TUNNEL_ONLY);
    }

    @Test
    void fault29TheTableOfUnderlayOnlyIsAlteredOrDeleted() {
        FanOptions closed = FanOptions.DEFAULT.withUnderlayOnly(true);
        host.up(closed);
        host.isConfigured(" underlay-only");
        try {
            host.isHealthy();
            host.run("nft insert rule inet fanatic input udp dport 8472 accept");
            assertThat(host.has(Code.UNDERLAY_ONLY).fix()).isEqualTo("fanctl up -a");
            host.up(closed);
            host.run("nft delete table inet fanatic");
            host.has(Code.UNDERLAY_ONLY);
        } finally {
            host.isConfigured("");
            host.up(FanOptions.DEFAULT);
        }
    }

    @Test
    void fault29TheFirewallLetsNothingInToTheTunnelsPort() {
        String table =
                "nft 'add table inet fw; add chain inet fw in { type filter hook input priority filter; policy drop;"
                        + " }; add rule inet fw in ct state established accept; add rule inet fw in tcp dport 22 accept';";
        host.falls(table, "nft delete table inet fw", Code.TUNNEL_PORT_CLOSED);
        host.run(table + "nft add rule inet fw in udp dport 8000-9000 accept");
        try {
            host.isHealthy();
        } finally {
            host.run("nft delete table inet fw");
        }
    }

    @Test
    void fault30RulesOfIptablesLegacy() {
        host.falls("iptables-legacy -A INPUT -s 192.0.2.1 -j DROP", "iptables-legacy -F INPUT", Code.IPTABLES_LEGACY);
        Finding both = host.falls(
                "iptables-legacy -P FORWARD DROP; sysctl -qw net.bridge.bridge-nf-call-iptables=1",
                "iptables-legacy -P FORWARD ACCEPT; sysctl -qw net.bridge.bridge-nf-call-iptables=0",
                Code.IPTABLES_LEGACY,
                Code.FORWARD_DROP);
        assertThat(both.code()).isEqualTo(Code.IPTABLES_LEGACY);
    }
}
