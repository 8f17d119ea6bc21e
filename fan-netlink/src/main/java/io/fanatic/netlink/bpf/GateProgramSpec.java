package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the program on a fan's bridge depends on.
 *
 * @param fan the fan, of either type of tunnel
 */
public record GateProgramSpec(FanProgramSpec fan) implements ProgramSpec {

    @Override
    public List<Role> roles() {
        return List.of(Role.GATE);
    }

    @Override
    public List<Ipv4Address> localAddresses() {
        return fan.localAddresses();
    }

    @Override
    public Constants constants() {
        return fan.constants();
    }

    @Override
    public Assembler emit(Role role, int countersFd, ByteOrder order) {
        return GateProgram.emit(fan, countersFd, order);
    }

    @Override
    public Optional<Assembler> observe(Role role, Observation observation, ByteOrder order) {
        // A bridge's frames have an Ethernet header, whatever the tunnel's have.
        return Optional.of(GateProgram.emit(fan, ObservingEmitter.ofSender(ETHERNET, observation, order)));
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GateProgramSpec that && fan.equals(that.fan);
    }

    @Override
    public int hashCode() {
        return fan.hashCode();
    }
}
