package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the programs of a VXLAN fan on the underlay's device depend on. They use the counters map of those on its tunnel.
 *
 * @param fan the fan, on VXLAN
 * @param port the tunnel's UDP port, 1 to 65535
 * @param tunnelMac the tunnel's Ethernet address, from which no frame may come
 * @param deliversIpv6 whether IPv6 for containers of this host goes to them by the bridge's ports, and is taken
 * @param tunnel index of the tunnel that gets the frames; 0 when it is not known yet, which is enough for the program's name
 * @param bridge index of the bridge that it is a port of, likewise
 */
public record CardProgramSpec(
        FanProgramSpec fan, int port, MacAddress tunnelMac, boolean deliversIpv6, int tunnel, int bridge)
        implements ProgramSpec {

    /** Before the tunnel is made. */
    public CardProgramSpec(FanProgramSpec fan, int port, MacAddress tunnelMac, boolean deliversIpv6) {
        this(fan, port, tunnelMac, deliversIpv6, 0, 0);
    }

    @Override
    public List<Role> roles() {
        return List.of(Role.CARD_GUARD, Role.CARD_WITNESS);
    }

    @Override
    public List<Ipv4Address> localAddresses() {
        return fan.localAddresses();
    }

    @Override
    public ProgramSpec keptBy(int keeper, int bridge) {
        return new CardProgramSpec(fan, port, tunnelMac, deliversIpv6, keeper, bridge);
    }

    @Override
    public Constants constants() {
        return fan.constants()
                .port(port)
                .tunnelMac(tunnelMac)
                .deliversIpv6(deliversIpv6)
                .devices(0, tunnel, bridge);
    }

    @Override
    public Assembler emit(Role role, int countersFd, ByteOrder order) {
        return role == Role.CARD_GUARD
                ? CardGuardProgram.emit(this, countersFd, order)
                : CardWitnessProgram.emit(this, countersFd, order);
    }

    /** What it does not take is dropped by the guard on the tunnel. */
    @Override
    public Optional<Assembler> observe(Role role, Observation observation, ByteOrder order) {
        return Optional.empty();
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CardProgramSpec that
                && port == that.port
                && deliversIpv6 == that.deliversIpv6
                && tunnel == that.tunnel
                && bridge == that.bridge
                && fan.equals(that.fan)
                && tunnelMac.equals(that.tunnelMac);
    }

    @Override
    public int hashCode() {
        return Objects.hash(fan, port, tunnelMac, deliversIpv6, tunnel, bridge);
    }
}
