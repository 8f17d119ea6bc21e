package io.fanatic.netlink.firewall;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.dnsmasq.DnsmasqConf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever nftables prints of our tables, and dnsmasq's configuration. Documented: {@link FirewallException}, IllegalArgumentException. */
public final class NatTableFuzz {
    private NatTableFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        for (IpFamily family : IpFamily.values()) {
            try {
                noEntriesOfOthers(NatTable.parse(text, family));
            } catch (FirewallException documented) {
                // Not nftables' JSON.
            }
        }
        try {
            noEntriesOfOthers(ForwardTable.parse(text));
        } catch (FirewallException documented) {
            // Not nftables' JSON.
        }
        try {
            PortTable.parse(text);
        } catch (FirewallException documented) {
            // Not nftables' JSON.
        }
        try {
            TunnelTable.parse(text, "ip");
        } catch (FirewallException documented) {
            // Not nftables' JSON.
        }
        try {
            DnsmasqConf.read(List.of(text.split("\n", -1)));
        } catch (IllegalArgumentException documented) {
            // Changed by hand.
        }
    }

    private static void noEntriesOfOthers(OwnTable.Observed<?> observed) {
        if (observed.state() == OwnTable.State.FOREIGN && !observed.entries().isEmpty()) {
            throw new AssertionError("entries of a table that is not ours");
        }
    }
}
