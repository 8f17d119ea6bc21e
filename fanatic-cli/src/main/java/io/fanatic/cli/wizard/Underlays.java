package io.fanatic.cli.wizard;

import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.AddressState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The underlays to propose on a host. */
final class Underlays {
    private static final int USUAL_PREFIX = 16;

    private Underlays() {}

    /**
     * The one that is probably meant: the first address's /16 when its network is inside one, else its network; as an address
     * when the network has several of this host's.
     *
     * @param addresses of the host, that of the default route first
     */
    static Optional<UnderlaySpec> usual(List<AddressState> addresses) {
        return addresses.isEmpty() ? Optional.empty() : Optional.of(usual(addresses.get(0), addresses));
    }

    private static UnderlaySpec usual(AddressState first, List<AddressState> addresses) {
        int length = Math.min(first.prefixLength(), USUAL_PREFIX);
        Ipv4Prefix network = Ipv4Prefix.containing(first.address(), length);
        int inside = 0;
        for (AddressState address : addresses) {
            inside += network.contains(address.address()) ? 1 : 0;
        }
        return inside == 1 ? new UnderlaySpec.Network(network) : UnderlaySpec.of(first.address(), length);
    }

    /** All that make sense: for each address its network, its device where it has no other one, and the address itself. */
    static List<String> all(List<AddressState> addresses) {
        Set<String> all = new LinkedHashSet<>();
        for (AddressState address : addresses) {
            all.add(usual(address, addresses).toString());
        }
        for (AddressState address : addresses) {
            int usual = Math.min(address.prefixLength(), USUAL_PREFIX);
            if (addresses.stream()
                            .filter(each -> each.link().equals(address.link()))
                            .count()
                    == 1) {
                all.add(address.link() + "/" + usual);
            }
            for (int length : new int[] {usual, address.prefixLength()}) {
                if (length < 32) {
                    all.add(address.address() + "/" + length);
                    all.add(Ipv4Prefix.containing(address.address(), length).toString());
                }
            }
        }
        return new ArrayList<>(all);
    }
}
