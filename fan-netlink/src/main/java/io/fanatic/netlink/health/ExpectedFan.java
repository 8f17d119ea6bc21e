package io.fanatic.netlink.health;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import java.util.Optional;

/**
 * A slice that this host should have: a line of /etc/network/fan, or what is up without one.
 *
 * @param entry what would be given to {@code fanctl up}
 * @param fan the fan as it is up; empty when it is not
 * @param slice the slice of it; empty when the fan is down or lacks it
 * @param place where it is configured: {@code /etc/network/fan:3}; empty when it is not
 */
record ExpectedFan(FanEntry entry, Optional<Fan> fan, Optional<FanSlice> slice, Optional<String> place) {

    public boolean isUp() {
        return slice.isPresent();
    }

    public String subject() {
        return entry.overlay().toString();
    }

    /** The command that brings it up, or repairs it. */
    public String up() {
        return place.isPresent() ? "fanctl up -a" : "fanctl up " + entry;
    }

    /** {@code -u 10.0.0.1/16 -o 250.0.0.0/8}. */
    public String names() {
        return "-u " + entry.underlay() + " -o " + entry.overlay();
    }
}
