package io.fanatic.netlink.kernel;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Programs of ours on a device.
 *
 * @param device the name of the device that has them
 * @param keeper the name of the device of ours whose alias records them; mostly the same
 * @param names the names of the programs, which tell their content; empty when they are not all attached, or when earlier ones of ours are
 *     attached beside them
 */
public record ProgramState(String device, String keeper, List<String> names) {

    /** Copies the list. */
    public ProgramState {
        names = List.copyOf(names);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProgramState that
                && device.equals(that.device)
                && keeper.equals(that.keeper)
                && names.equals(that.names);
    }

    @Override
    public int hashCode() {
        return Objects.hash(device, keeper, names);
    }

    /** {@code encap_1b2c3d4e guard_8f3a2b1c on ftun-250}. */
    @Override
    public String toString() {
        return (names.isEmpty() ? "none that is whole" : String.join(" ", names)) + " on " + device;
    }
}
