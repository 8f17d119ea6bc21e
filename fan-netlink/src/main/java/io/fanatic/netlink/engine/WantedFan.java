package io.fanatic.netlink.engine;

import static io.fanatic.core.FanException.Reason.INVALID;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Share;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import java.util.List;
import java.util.Optional;

/** The fan that an entry asks for on one host: with that host's underlay address, its names, and the MTU that its devices leave. */
final class WantedFan {
    private WantedFan() {}

    /**
     * {@return the fan, together with the slices that it has already}
     *
     * @throws FanException INVALID when the entry cannot mean anything on this host
     */
    static Fan of(FanEntry entry, HostState host) {
        Underlay underlay = Underlay.resolve(entry.underlay(), host);
        FanOptions options = entry.options();
        FanMapping mapping;
        FanSlice slice;
        Optional<Ipv6Mapping> ipv6;
        try {
            mapping = FanMapping.of(entry.overlay(), underlay.network());
            slice = mapping.slice(underlay.address(), options.hostReserve());
            ipv6 = options.overlay6().map(overlay -> new Ipv6Mapping(overlay, underlay.network()));
        } catch (IllegalArgumentException e) {
            throw new FanException(INVALID, String.valueOf(e.getMessage()), List.of(), e);
        }
        if (options.encryptUdp() && options.encryption().isEmpty()) {
            throw new FanException(
                    INVALID,
                    "encrypt-udp goes with encrypt, which says by what key or certificate packets are encrypted");
        }
        Optional<Fan> now = host.fan(mapping);
        Fan.Builder wanted = now.isPresent()
                ? now.get().toBuilder()
                : Fan.builder(mapping, options.transport(entry.overlay(), Optional.empty()), underlay.address());
        if (options.bridge().isPresent()) {
            wanted.bridge(options.bridge().get());
        }
        Fan fan = wanted.transport(options.transport(entry.overlay(), now.map(Fan::transport)))
                .nat(options.nat())
                .accept(options.accept())
                .shares(options.shares())
                .fast(options.fast())
                .ipv6(ipv6)
                .direct(options.direct())
                .names(options.names())
                .encryption(options.encryption())
                .build()
                .with(slice, options.dhcp());
        requireRoomForDhcp(fan);
        return fan.withMtu(mtu(options, fan, host));
    }

    private static void requireRoomForDhcp(Fan fan) {
        for (FanSlice slice : fan.slices()) {
            if (fan.leases(slice.underlayAddress())) {
                try {
                    fan.shares().requireRange(Share.DHCP, slice);
                } catch (IllegalArgumentException e) {
                    throw new FanException(INVALID, String.valueOf(e.getMessage()), List.of(), e);
                }
            }
        }
    }

    /** As much as the narrowest underlay device of the fan takes, less what the tunnel needs, or what the user says, up to that. */
    private static int mtu(FanOptions options, Fan fan, HostState host) {
        int underlay = Integer.MAX_VALUE;
        for (AddressState address : host.addresses()) {
            if (fan.underlayAddresses().contains(address.address())) {
                UnderlaySpec spec = UnderlaySpec.of(
                        address.address(), fan.mapping().underlay().prefixLength());
                underlay = Math.min(
                        underlay, carried(fan, Underlay.resolve(spec, host).mtu()));
            }
        }
        boolean needsTunnel = !DirectPath.carriesAll(fan, host);
        int most = needsTunnel ? fan.type().mtu(underlay) : underlay;
        int mtu = options.mtu().orElse(most);
        if (mtu > most) {
            throw new FanException(
                    INVALID,
                    "MTU " + mtu + " is more than the underlay carries"
                            + (fan.encryption().isPresent() ? " with ESP: " : ": ") + underlay + " bytes"
                            + (needsTunnel ? " less " + fan.type().overhead() + " for the tunnel leave " + most : ""));
        }
        return mtu;
    }

    /** What an underlay device takes of the fan's packets, in bytes. */
    private static int carried(Fan fan, int mtu) {
        return fan.encryption().map(how -> how.carried(mtu)).orElse(mtu);
    }
}
