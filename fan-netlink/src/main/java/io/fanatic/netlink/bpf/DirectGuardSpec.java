package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the program of a VXLAN fan on the underlay's device depends on that takes packets without encapsulation.
 *
 * @param fan the fan, on VXLAN
 * @param card index of the underlay's device, which has an Ethernet header; positive
 * @param onLink the networks that are on-link by that device; at least one
 * @param slices the slices of this host, which tell the addresses of the host itself
 * @param translates whether what leaves the overlay takes its host's address: then nothing from the overlay is meant for others
 * @param bridgeMac the bridge's Ethernet address
 * @param bridge index of the bridge that gets the packets; 0 when it is not known yet, which is enough for the program's name
 */
public record DirectGuardSpec(
        FanProgramSpec fan,
        int card,
        List<Ipv4Prefix> onLink,
        List<FanSlice> slices,
        boolean translates,
        MacAddress bridgeMac,
        int bridge)
        implements ProgramSpec {

    /** Copies the lists. */
    public DirectGuardSpec {
        onLink = List.copyOf(onLink);
        slices = List.copyOf(slices);
    }

    @Override
    public List<Role> roles() {
        return List.of(Role.DIRECT_GUARD);
    }

    @Override
    public List<Ipv4Address> localAddresses() {
        return fan.localAddresses();
    }

    @Override
    public ProgramSpec keptBy(int keeper, int master) {
        return new DirectGuardSpec(fan, card, onLink, slices, translates, bridgeMac, keeper);
    }

    @Override
    public Constants constants() {
        List<Integer> reserves = new ArrayList<>();
        for (Ipv4Address address : fan.localAddresses()) {
            int reserve = 0;
            for (FanSlice slice : slices) {
                reserve = slice.underlayAddress().equals(address) ? slice.hostReserve() : reserve;
            }
            reserves.add(reserve);
        }
        return fan.constants()
                .onLink(onLink)
                .hostReserves(reserves)
                .translates(translates)
                .bridgeMac(bridgeMac)
                .devices(card, 0, bridge);
    }

    @Override
    public Assembler emit(Role role, int countersFd, ByteOrder order) {
        return DirectGuardProgram.emit(this, countersFd, order);
    }

    @Override
    public Optional<Assembler> observe(Role role, Observation observation, ByteOrder order) {
        return Optional.of(DirectGuardProgram.observe(
                this, new ObservingEmitter(ETHERNET, GuardProgram.REASONS, observation, false, false, order)));
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DirectGuardSpec that
                && card == that.card
                && translates == that.translates
                && bridge == that.bridge
                && fan.equals(that.fan)
                && onLink.equals(that.onLink)
                && slices.equals(that.slices)
                && bridgeMac.equals(that.bridgeMac);
    }

    @Override
    public int hashCode() {
        return Objects.hash(fan, card, onLink, slices, translates, bridgeMac, bridge);
    }
}
