package io.fanatic.cli.doctor;

import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.health.Check;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.health.HealthHost;
import java.util.List;

/** Container engines whose settings are not any more what was set for the fan. */
final class EnginesCheck implements Check {
    private final List<ContainerEngine> engines;

    EnginesCheck(List<ContainerEngine> engines) {
        this.engines = List.copyOf(engines);
    }

    @Override
    public String name() {
        return "container engines";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        if (!host.privileged()) {
            findings.unseen("container engines were not asked: it needs root");
            return;
        }
        for (Fan fan : host.fans()) {
            for (FanSlice slice : fan.slices()) {
                FanAttachment attachment = FanAttachment.of(fan, slice);
                for (ContainerEngine engine : engines) {
                    findings.looked();
                    look(engine, attachment, findings);
                }
            }
        }
    }

    private static void look(ContainerEngine engine, FanAttachment fan, Findings findings) {
        EngineStatus status = engine.status(fan);
        if (status.state() == EngineStatus.State.ALTERED || status.state() == EngineStatus.State.HALF) {
            String names = "-u " + fan.slice().underlayAddress() + "/"
                    + fan.mapping().underlay().prefixLength() + " -o " + fan.overlay();
            String word = engine.kind().word();
            findings.add(Finding.of(
                            Code.ENGINE_ALTERED,
                            fan.overlay().toString(),
                            engine.kind().title() + "'s settings are not those that were made for the fan",
                            List.of(status.sentence()),
                            "fanatic disable-" + word + " " + names + " && fanatic enable-" + word + " " + names)
                    .because(Code.MTU, Code.BRIDGE, Code.HOST_ADDRESS));
        }
    }
}
