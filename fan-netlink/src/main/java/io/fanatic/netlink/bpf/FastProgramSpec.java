package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the programs on the tunnel of a VXLAN fan on the fast path depend on: encap writes the outer headers of what is usual
 * and sends it by the underlay's device; guard lets in what {@link CardProgramSpec}'s program there has let in.
 *
 * @param fan the fan, on VXLAN
 * @param port the tunnel's UDP port, 1 to 65535
 * @param card index of the underlay's device, which has an Ethernet header; positive
 * @param sourcePorts those of the kernel's device
 */
public record FastProgramSpec(FanProgramSpec fan, int port, int card, SourcePorts sourcePorts) implements ProgramSpec {

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
        return fan.constants().port(port).fast(sourcePorts).devices(card, 0, 0);
    }

    @Override
    public Assembler emit(Role role, int countersFd, ByteOrder order) {
        return role == Role.GUARD
                ? GuardProgram.emit(this, countersFd, order)
                : EncapProgram.emit(this, countersFd, order);
    }

    @Override
    public Optional<Assembler> observe(Role role, Observation observation, ByteOrder order) {
        return fan.observe(role, true, observation, order);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FastProgramSpec that
                && port == that.port
                && card == that.card
                && fan.equals(that.fan)
                && sourcePorts.equals(that.sourcePorts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(fan, port, card, sourcePorts);
    }
}
