package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the programs on the tunnel of a VXLAN fan depend on that sends without encapsulation: encap sends IPv4 for owners on the
 * segment by the underlay's device as it is, see {@link DirectPacket}; all else goes as without.
 *
 * @param fan the fan, on VXLAN
 * @param card index of the underlay's device, which has an Ethernet header; positive
 * @param onLink the networks that are on-link by that device; at least one
 * @param fast what else leaves by the fast path; empty: all else by the kernel's device
 */
public record DirectProgramSpec(FanProgramSpec fan, int card, List<Ipv4Prefix> onLink, Optional<FastProgramSpec> fast)
        implements ProgramSpec {

    /** Copies the list. */
    public DirectProgramSpec {
        onLink = List.copyOf(onLink);
    }

    /** The guard first, so that nothing unguarded comes in. */
    @Override
    public List<Role> roles() {
        return fan.roles();
    }

    @Override
    public List<Ipv4Address> localAddresses() {
        return fan.localAddresses();
    }

    @Override
    public Constants constants() {
        Constants constants = fast.isPresent() ? fast.get().constants() : fan.constants();
        return constants.onLink(onLink).devices(card, 0, 0);
    }

    @Override
    public Assembler emit(Role role, int countersFd, ByteOrder order) {
        if (role != Role.GUARD) {
            return EncapProgram.emit(this, countersFd, order);
        }
        return fast.isPresent() ? fast.get().emit(role, countersFd, order) : fan.emit(role, countersFd, order);
    }

    /** What leaves without encapsulation is sent like the rest. */
    @Override
    public Optional<Assembler> observe(Role role, Observation observation, ByteOrder order) {
        return role == Role.GUARD && fast.isPresent()
                ? fast.get().observe(role, observation, order)
                : fan.observe(role, observation, order);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DirectProgramSpec that
                && card == that.card
                && fan.equals(that.fan)
                && onLink.equals(that.onLink)
                && fast.equals(that.fast);
    }

    @Override
    public int hashCode() {
        return Objects.hash(fan, card, onLink, fast);
    }
}
