package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.time.Instant;
import java.util.Optional;

/**
 * A frame that a program of a fan dropped, or passed.
 *
 * @param time to the clock of this host, exact to 10 ms
 * @param reason why, or that it went on
 * @param fan the number of the fan, in the order in which {@link FanObserver} was given them
 * @param length in bytes, with the Ethernet header where there is one
 * @param outerSource who sent the packet that it came in; empty for frames of this host's containers, and where there was none
 * @param vni of the packet that it came in
 * @param beginning its first bytes, as they came
 */
public record ObservedFrame(
        Instant time,
        Counter reason,
        int fan,
        int length,
        Optional<Ipv4Address> outerSource,
        int vni,
        byte[] beginning) {}
