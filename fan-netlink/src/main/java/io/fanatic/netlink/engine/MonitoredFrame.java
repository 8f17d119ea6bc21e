package io.fanatic.netlink.engine;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A frame that a fan's programs dropped or passed, as a {@link Monitor} tells of it.
 *
 * @param time to the clock of this host, exact to 10 ms
 * @param fan the fan's bridge
 * @param reason what became of the frame
 * @param peer the other host: who sent the packet that the frame came in, or who owns the destination; empty where there is none
 * @param sender the Ethernet address that an incoming frame without encapsulation came from, if it was dropped; empty for all others
 * @param packet what the frame says of itself
 * @param length in bytes, with the Ethernet header where there is one
 */
public record MonitoredFrame(
        Instant time,
        String fan,
        Counter reason,
        Optional<Ipv4Address> peer,
        Optional<MacAddress> sender,
        PacketHeader packet,
        int length) {

    /** Nothing is null. */
    public MonitoredFrame {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(fan, "fan");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(sender, "sender");
        Objects.requireNonNull(packet, "packet");
    }
}
