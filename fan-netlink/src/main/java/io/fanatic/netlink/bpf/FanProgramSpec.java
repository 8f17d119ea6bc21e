package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;

import io.fanatic.core.Delivery;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the programs on the tunnel of a VXLAN fan depend on; as part of other specifications, any fan.
 *
 * @param mapping the fan
 * @param vni the VXLAN network identifier, 0 to 16777215
 * @param localAddresses this host's underlay addresses in the fan, 1 to {@value #MAX_ADDRESSES}; kept sorted, without repetitions
 * @param setsLocalAddress whether the tunnel key carries a local address, see {@link BpfFeatures#tunnelLocalAddress}; without, the
 *     kernel's routing chooses the outer source and only one address is possible
 * @param type of the tunnel
 * @param ipv6 its IPv6 overlay; empty for a fan of IPv4 alone, and on IPIP
 */
public record FanProgramSpec(
        FanMapping mapping,
        int vni,
        List<Ipv4Address> localAddresses,
        boolean setsLocalAddress,
        TunnelType type,
        Optional<Ipv6ProgramSpec> ipv6)
        implements ProgramSpec {

    /** What programs take; a fan has 6 at most (MAX_ADDRESSES of the engine's Fan). Each address costs one compare per frame. */
    public static final int MAX_ADDRESSES = 16;

    private static final int LARGEST_VNI = 0xffffff;

    /** Of a VXLAN fan. */
    public FanProgramSpec(FanMapping mapping, int vni, List<Ipv4Address> localAddresses, boolean setsLocalAddress) {
        this(mapping, vni, localAddresses, setsLocalAddress, TunnelType.VXLAN);
    }

    /** Of IPv4 alone. */
    public FanProgramSpec(
            FanMapping mapping, int vni, List<Ipv4Address> localAddresses, boolean setsLocalAddress, TunnelType type) {
        this(mapping, vni, localAddresses, setsLocalAddress, type, Optional.empty());
    }

    /** The same fan with an IPv6 overlay. */
    public FanProgramSpec withIpv6(Ipv6ProgramSpec overlay) {
        return new FanProgramSpec(mapping, vni, localAddresses, setsLocalAddress, type, Optional.of(overlay));
    }

    /** @throws IllegalArgumentException when a value is out of range or an address cannot own a slice; the message says which */
    public FanProgramSpec {
        if (vni < 0 || vni > LARGEST_VNI) {
            throw new IllegalArgumentException("VNI " + vni + " is not between 0 and " + LARGEST_VNI);
        }
        List<Ipv4Address> sorted = new ArrayList<>(localAddresses.size());
        for (Ipv4Address address : localAddresses) {
            mapping.slice(address); // checks that the address can own one
            if (!sorted.contains(address)) {
                sorted.add(address);
            }
        }
        Collections.sort(sorted);
        localAddresses = List.copyOf(sorted);
        if (localAddresses.isEmpty() || localAddresses.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException("programs take 1 to " + MAX_ADDRESSES
                    + " underlay addresses of a host, not " + localAddresses.size());
        }
        if (!setsLocalAddress && localAddresses.size() > 1) {
            throw new IllegalArgumentException(
                    "this kernel cannot choose the tunnel's local address per packet (6.0 and later"
                            + " can): only one underlay address per fan is possible");
        }
    }

    /** The guard first, so that nothing unguarded comes in. */
    @Override
    public List<Role> roles() {
        return List.of(Role.GUARD, Role.ENCAP);
    }

    @Override
    public Constants constants() {
        Constants constants = new Constants(List.of(this)).ethernet();
        return type.delivery() == Delivery.BRIDGED ? constants.bridged() : constants;
    }

    @Override
    public Assembler emit(Role role, int countersFd, ByteOrder order) {
        return role == Role.GUARD
                ? GuardProgram.emit(this, countersFd, order)
                : EncapProgram.emit(this, countersFd, order);
    }

    @Override
    public Optional<Assembler> observe(Role role, Observation observation, ByteOrder order) {
        return observe(role, false, observation, order);
    }

    /** @param fast whether they are those of the fast path */
    Optional<Assembler> observe(Role role, boolean fast, Observation observation, ByteOrder order) {
        return Optional.of(
                role == Role.GUARD
                        ? GuardProgram.observe(
                                this, fast, ObservingEmitter.ofGuard(ETHERNET, observation, setsLocalAddress, order))
                        : EncapProgram.observe(this, ObservingEmitter.ofSender(ETHERNET, observation, order)));
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FanProgramSpec that
                && vni == that.vni
                && setsLocalAddress == that.setsLocalAddress
                && type == that.type
                && ipv6.equals(that.ipv6)
                && mapping.equals(that.mapping)
                && localAddresses.equals(that.localAddresses);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mapping, vni, localAddresses, setsLocalAddress, type, ipv6);
    }
}
