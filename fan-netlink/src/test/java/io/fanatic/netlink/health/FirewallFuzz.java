package io.fanatic.netlink.health;

import io.fanatic.netlink.firewall.Firewall;
import java.nio.charset.StandardCharsets;

/** Whatever nftables may print as JSON. Documented: {@link IllegalArgumentException}. */
public final class FirewallFuzz {
    private FirewallFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Firewall firewall;
        try {
            firewall = Firewall.parse(new String(data, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException documented) {
            return;
        }
        // What was read can be asked what the checks ask.
        for (Firewall.Rule rule : firewall.rules()) {
            for (Firewall.Match match : rule.matches()) {
                match.names("fan-250");
                match.networks();
            }
            if (rule.toString().isEmpty()) {
                throw new AssertionError("a rule without words");
            }
        }
    }
}
