package io.fanatic.harness.lab;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;

/**
 * The engine inside this process, as an orchestrator embeds it.
 *
 * @param options the fan's flags
 */
public record EmbeddedFan(FanOptions options) implements FanControl {

    @Override
    public void up(LabHost host) {
        FanMapping mapping = host.slice().mapping();
        network(host).up(new FanEntry(mapping.overlay(), underlay(host), options));
    }

    @Override
    public void down(LabHost host) {
        network(host).down(host.slice().mapping().overlay(), underlay(host));
    }

    private static FanNetwork network(LabHost host) {
        return FanNetwork.onThisHost().in(host.namespace());
    }

    private static UnderlaySpec underlay(LabHost host) {
        return new UnderlaySpec.Address(
                host.underlayAddress(), host.slice().mapping().underlay());
    }
}
