package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.NO_LINK;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the two programs of the device depend on that all IPIP fans of a host share.
 *
 * @param fans the fans, at least one; kept in the order of their overlays, which do not overlap; their VNIs mean nothing
 * @param learnsPathMtu whether the outer packet may be forbidden to be fragmented, since the host learns what the path takes
 */
public record IpipProgramSpec(List<FanProgramSpec> fans, boolean learnsPathMtu) implements ProgramSpec {

    /** @throws IllegalArgumentException without a fan */
    public IpipProgramSpec {
        if (fans.isEmpty()) {
            throw new IllegalArgumentException("an IPIP tunnel without a fan");
        }
        List<FanProgramSpec> sorted = new ArrayList<>(fans);
        sorted.sort((a, b) -> a.mapping().overlay().compareTo(b.mapping().overlay()));
        fans = List.copyOf(sorted);
    }

    /** Whether the tunnel key carries a local address; a property of the kernel, so the same for all fans. */
    public boolean setsLocalAddress() {
        return fans.get(0).setsLocalAddress();
    }

    @Override
    public List<Ipv4Address> localAddresses() {
        List<Ipv4Address> all = new ArrayList<>();
        for (FanProgramSpec fan : fans) {
            for (Ipv4Address address : fan.localAddresses()) {
                if (!all.contains(address)) {
                    all.add(address);
                }
            }
        }
        return all;
    }

    /** The guard first, so that nothing unguarded comes in. */
    @Override
    public List<Role> roles() {
        return List.of(Role.GUARD, Role.ENCAP);
    }

    @Override
    public Constants constants() {
        return new Constants(fans).learnsPathMtu(learnsPathMtu);
    }

    @Override
    public Assembler emit(Role role, int countersFd, ByteOrder order) {
        return role == Role.GUARD
                ? GuardProgram.emit(this, countersFd, order)
                : EncapProgram.emit(this, countersFd, order);
    }

    @Override
    public Optional<Assembler> observe(Role role, Observation observation, ByteOrder order) {
        return Optional.of(
                role == Role.GUARD
                        ? GuardProgram.observe(
                                this, ObservingEmitter.ofGuard(NO_LINK, observation, setsLocalAddress(), order))
                        : EncapProgram.observe(this, ObservingEmitter.ofSender(NO_LINK, observation, order)));
    }
}
