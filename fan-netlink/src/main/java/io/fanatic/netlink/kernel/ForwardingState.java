package io.fanatic.netlink.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a host forwards IPv4, by which devices, and whose doing that is. The kernel asks the device that a packet came in by;
 * net.ipv4.ip_forward, when it is written, sets all devices and what later ones begin with.
 *
 * @param everywhere whether net.ipv4.ip_forward is 1
 * @param on those of the devices that were asked for whose own switch is on; sorted
 * @param others those of them that forward, or did before it was switched on everywhere, without us
 * @param ours what of it we have done
 */
public record ForwardingState(boolean everywhere, List<String> on, List<String> others, Ours ours) {
    /** Nothing is said about any device. */
    public static final ForwardingState UNKNOWN = new ForwardingState(false, List.of(), List.of(), Ours.NOTHING);

    /** What a note of ours says. */
    public enum Ours {
        /** Nothing is noted. */
        NOTHING,
        /** We switched devices on, each by its own switch. */
        DEVICES,
        /** An earlier version of ours switched it on everywhere. */
        EVERYWHERE,
        /** That, and somebody has made a bridge since, who would have switched it on otherwise. */
        EVERYWHERE_AND_NEEDED;

        /** {@return whether net.ipv4.ip_forward was switched on by us} */
        public boolean isEverywhere() {
            return this == EVERYWHERE || this == EVERYWHERE_AND_NEEDED;
        }
    }

    /** Copies the lists. */
    public ForwardingState {
        on = List.copyOf(on);
        others = List.copyOf(others);
    }

    /** {@return whether net.ipv4.ip_forward is 1 and that is not to change: somebody else's doing, or somebody else needs it} */
    public boolean isSettled() {
        return everywhere && ours != Ours.EVERYWHERE;
    }

    /** {@return the devices that forward by us} */
    public List<String> switched() {
        List<String> switched = new ArrayList<>(on);
        switched.removeAll(others);
        return switched;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ForwardingState that
                && everywhere == that.everywhere
                && on.equals(that.on)
                && others.equals(that.others)
                && ours == that.ours;
    }

    @Override
    public int hashCode() {
        return Objects.hash(everywhere, on, others, ours);
    }
}
