package io.fanatic.cli.doctor;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.Misfit;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.health.Check;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.health.HealthHost;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

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
                Map<EngineKind, String> stopped = new EnumMap<>(EngineKind.class);
                Map<EngineKind, String> altered = new EnumMap<>(EngineKind.class);
                for (ContainerEngine engine : engines) {
                    findings.looked();
                    EngineStatus status = engine.status(attachment);
                    switch (status.state()) {
                        case STOPPED -> stopped.put(engine.kind(), status.sentence());
                        case ALTERED, HALF -> altered.put(engine.kind(), status.sentence());
                        case ABSENT, UNUSABLE, OFF, ENABLED -> {}
                    }
                    lookAtContainers(engine, attachment, findings);
                }
                addStopped(stopped, attachment, findings);
                addAltered(altered, attachment, findings);
            }
        }
        lookForWhatIsLeft(host.fans(), findings);
    }

    private void lookForWhatIsLeft(List<Fan> fans, Findings findings) {
        Map<Ipv4Prefix, Map<EngineKind, FanEntry>> left = new LinkedHashMap<>();
        for (ContainerEngine engine : engines) {
            for (FanEntry entry : engine.noted()) {
                if (fans.stream().noneMatch(fan -> fan.overlay().equals(entry.overlay()))) {
                    left.computeIfAbsent(entry.overlay(), none -> new EnumMap<>(EngineKind.class))
                            .put(engine.kind(), entry);
                }
            }
        }
        left.forEach((overlay, notes) -> {
            FanEntry entry = notes.values().iterator().next();
            String bridge = entry.options().bridge().orElseGet(() -> FanNames.bridge(overlay));
            findings.add(Finding.of(
                            Code.ENGINE_LEFT,
                            overlay.toString(),
                            titles(notes.keySet()) + (notes.size() == 1 ? " is" : " are") + " still set to " + bridge
                                    + ", and no such fan is up",
                            notes.values().stream()
                                    .map(note -> "made for " + note)
                                    .distinct()
                                    .toList(),
                            "fanatic deconfigure -u " + entry.underlay() + " -o " + overlay)
                    .because(Code.FAN_DOWN, Code.FAN_BLOCKED, Code.UNDERLAY_GONE));
        });
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
            Code code = switch (misfit.kind()) {
                case ADDRESS -> Code.ADDRESS_SLICE;
                case SHARE -> Code.ADDRESS_SHARE;
                case PORTS -> Code.PORTS_UNPUBLISHED;
                case DEVICE -> Code.INSTANCE_OFF;
            };
            String title = switch (misfit.kind()) {
                case ADDRESS -> "a container has an address that no container of this host can have";
                case SHARE -> "a container has an address that another engine gives out";
                case PORTS ->
                    "ports of a container are published on the fan's network alone, where nothing forwards them";
                case DEVICE -> "an instance has the fan's profile and no device on the fan";
            };
            findings.add(Finding.of(code, fan.overlay().toString(), title, List.of(misfit.sentence()), misfit.fix()));
        }
    }

    /** One finding about all of them, as a diagnosis has one for each code and fan. */
    private static void addStopped(Map<EngineKind, String> engines, FanAttachment fan, Findings findings) {
        if (engines.isEmpty()) {
            return;
        }
        boolean one = engines.size() == 1;
        findings.add(Finding.of(
                Code.ENGINE_STOPPED,
                fan.overlay().toString(),
                titles(engines.keySet())
                        + (one ? " was put on the fan and does not answer" : " were put on the fan and do not answer"),
                List.copyOf(engines.values()),
                "start " + titles(engines.keySet()) + "; where " + (one ? "it" : "one") + " does not start: "
                        + commands(engines.keySet(), kind -> command("disable", kind, fan), " or ")));
    }

    private static void addAltered(Map<EngineKind, String> engines, FanAttachment fan, Findings findings) {
        if (engines.isEmpty()) {
            return;
        }
        findings.add(Finding.of(
                        Code.ENGINE_ALTERED,
                        fan.overlay().toString(),
                        (engines.size() == 1
                                        ? titles(engines.keySet()) + "'s settings"
                                        : "the settings of " + titles(engines.keySet()))
                                + " are not those that were made for the fan",
                        List.copyOf(engines.values()),
                        commands(
                                engines.keySet(),
                                kind -> command("disable", kind, fan) + " && " + command("enable", kind, fan),
                                " && "))
                .because(Code.MTU, Code.BRIDGE, Code.HOST_ADDRESS));
    }

    private static String titles(Set<EngineKind> engines) {
        return engines.stream().map(EngineKind::title).collect(Collectors.joining(" and "));
    }

    private static String commands(Set<EngineKind> engines, Function<EngineKind, String> command, String separator) {
        return engines.stream().map(command).collect(Collectors.joining(separator));
    }

    private static String command(String verb, EngineKind kind, FanAttachment fan) {
        return "fanatic " + verb + "-" + kind.word() + fan.options();
    }
}
