package io.fanatic.cli.setup;

import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.FanNetwork.IfInUse;
import io.fanatic.netlink.engine.AddressState;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.host.DhcpLease;
import java.util.List;

/** The fans that the kernel has. */
record NetworkFans(FanNetwork network) implements Fans {

    @Override
    public List<Fan> list() {
        return network.list();
    }

    @Override
    public List<AddressState> underlayAddresses() {
        return network.underlayAddresses();
    }

    @Override
    public UnderlaySpec resolve(UnderlaySpec underlay) {
        return network.resolve(underlay);
    }

    @Override
    public FanEntry onAnyHost(FanEntry entry) {
        return network.onAnyHost(entry);
    }

    @Override
    public Fan preview(FanEntry entry) {
        return network.preview(entry);
    }

    @Override
    public Plan plan(FanEntry entry) {
        return network.plan(entry);
    }

    @Override
    public Plan up(FanEntry entry) {
        return network.up(entry);
    }

    @Override
    public Plan down(Ipv4Prefix overlay, UnderlaySpec underlay, boolean force) {
        return network.down(overlay, underlay, force ? IfInUse.CUT_OFF : IfInUse.REFUSE);
    }

    @Override
    public List<DhcpLease> leases(Fan fan) {
        return network.leases(fan);
    }

    @Override
    public Plan planDownEverything() {
        return network.planDownEverything();
    }

    @Override
    public Plan downEverything() {
        return network.downEverything();
    }
}
