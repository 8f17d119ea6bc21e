package io.fanatic.harness.lab;

import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv6Prefix;

/** The fans of labs with an IPv6 overlay, in which the third host has IPv4 alone. */
public final class DualStackFans {
    public static final Ipv6Prefix OVERLAY6 = Ipv6Prefix.parse("fd00:fa::/48");

    private DualStackFans() {}

    public static void up(Lab lab) {
        for (LabHost host : lab.hosts()) {
            FanOptions options = host.number() == 3 ? FanOptions.DEFAULT : FanOptions.DEFAULT.withOverlay6(OVERLAY6);
            new EmbeddedFan(options).up(host);
        }
    }
}
