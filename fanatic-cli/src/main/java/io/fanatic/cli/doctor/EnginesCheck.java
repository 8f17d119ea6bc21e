package io.fanatic.cli.doctor;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.Misfit;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.health.Check;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.health.HealthHost;
import java.util.List;

/** Container engines whose settings are not what was set for the fan, that do not answer, or that a fan has left behind. */
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
    public void run(HealthHost host, Findings findings) {
        if (!host.privileged()) {
            findings.notChecked("container engines were not asked: it needs root");
            return;
        }
        for (Fan fan : host.fans()) {
            for (FanSlice slice : fan.slices()) {
                FanAttachment attachment = FanAttachment.of(fan, slice);
                for (ContainerEngine engine : engines) {
                    findings.looked();
                    run(engine, attachment, findings);
                    lookAtContainers(engine, attachment, findings);
                }
            }
        }
        for (ContainerEngine engine : engines) {
            lookForWhatIsLeft(engine, host.fans(), findings);
        }
    }

    private static void lookForWhatIsLeft(ContainerEngine engine, List<Fan> fans, Findings findings) {
        for (FanEntry entry : engine.noted()) {
            if (fans.stream().noneMatch(fan -> fan.overlay().equals(entry.overlay()))) {
                String bridge = entry.options().bridge().orElseGet(() -> FanNames.bridge(entry.overlay()));
                findings.add(Finding.of(
                                Code.ENGINE_LEFT,
                                entry.overlay().toString(),
                                engine.kind().title() + " is still set to " + bridge + ", and no such fan is up",
                                List.of("made for " + entry),
                                "fanatic deconfigure -u " + entry.underlay() + " -o " + entry.overlay())
                        .because(Code.FAN_DOWN, Code.FAN_BLOCKED, Code.UNDERLAY_GONE));
            }
        }
    }

    private static void lookAtContainers(ContainerEngine engine, FanAttachment fan, Findings findings) {
        List<Misfit> misfits;
        try {
            misfits = engine.misfits(fan);
        } catch (CommandException e) {
            findings.notChecked("containers of " + engine.kind().title() + " were not looked at: " + e.getMessage());
            return;
        }
        for (Misfit misfit : misfits) {
            String subject = fan.overlay().toString();
            List<String> evidence = List.of(misfit.sentence());
            findings.add(
                    switch (misfit.kind()) {
                        case ADDRESS ->
                            Finding.of(
                                    Code.ADDRESS_SLICE,
                                    subject,
                                    "a container has an address that no container of this host can have",
                                    evidence,
                                    misfit.fix());
                        case SHARE ->
                            Finding.of(
                                    Code.ADDRESS_SHARE,
                                    subject,
                                    "a container has an address that another engine gives out",
                                    evidence,
                                    misfit.fix());
                        case PORTS ->
                            Finding.of(
                                    Code.PORTS_UNPUBLISHED,
                                    subject,
                                    "ports of a container are published on the fan's network alone, where nothing forwards"
                                            + " them",
                                    evidence,
                                    misfit.fix());
                        case DEVICE ->
                            Finding.of(
                                    Code.INSTANCE_OFF,
                                    subject,
                                    "an instance has the fan's profile and no device on the fan",
                                    evidence,
                                    misfit.fix());
                    });
        }
    }

    private static void run(ContainerEngine engine, FanAttachment fan, Findings findings) {
        EngineStatus status = engine.status(fan);
        String names = "-u " + fan.slice().underlayAddress() + "/"
                + fan.mapping().underlay().prefixLength() + " -o " + fan.overlay();
        String word = engine.kind().word();
        if (status.state() == EngineStatus.State.STOPPED) {
            findings.add(Finding.of(
                    Code.ENGINE_STOPPED,
                    fan.overlay().toString(),
                    engine.kind().title() + " was put on the fan and does not answer",
                    List.of(status.sentence()),
                    "start " + engine.kind().title() + "; where it does not start: fanatic disable-" + word + " "
                            + names));
        } else if (status.state() == EngineStatus.State.ALTERED || status.state() == EngineStatus.State.HALF) {
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
