package io.fanatic.cli.setup;

import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.AddressState;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.host.DhcpLease;
import java.util.List;

/**
 * The fans of a host. All methods are those of {@link FanNetwork}, with its exceptions; a test may put a host in memory
 * here.
 */
public interface Fans {

    List<Fan> list();

    List<AddressState> underlayAddresses();

    UnderlaySpec resolve(UnderlaySpec underlay);

    FanEntry onAnyHost(FanEntry entry);

    Fan preview(FanEntry entry);

    Plan plan(FanEntry entry);

    Plan up(FanEntry entry);

    Plan down(Ipv4Prefix overlay, UnderlaySpec underlay, boolean force);

    List<DhcpLease> leases(Fan fan);

    Plan planDownEverything();

    Plan downEverything();

    /** The fans of the calling thread's network namespace. */
    static Fans onThisHost() {
        return new NetworkFans(FanNetwork.onThisHost());
    }
}
