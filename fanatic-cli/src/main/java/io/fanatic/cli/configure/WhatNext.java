package io.fanatic.cli.configure;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.wizard.Wizard;
import io.fanatic.core.Direct;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What to type when the wizard has ended, on this host and on the next one. No line is longer than a terminal is wide. */
final class WhatNext {
    private static final int COLUMNS = 80;

    private WhatNext() {}

    /**
     * The lines.
     *
     * @param fan with the underlay that every host has
     * @param engines those that are on the fan
     */
    static List<String> lines(FanEntry fan, Map<EngineKind, EngineOptions> engines, String bridge) {
        List<String> lines = new ArrayList<>(List.of("", "Next, on this host:"));
        Optional<EngineOptions> docker = Optional.ofNullable(engines.get(EngineKind.DOCKER));
        docker.ifPresent(options -> lines.add(
                "    docker run --rm -it " + (options.defaultBridge() ? "" : "--network " + bridge + " ") + "busybox"));
        if (engines.containsKey(EngineKind.LXD)) {
            lines.add("    lxc launch ubuntu: -p default -p " + bridge);
        }
        if (engines.containsKey(EngineKind.INCUS)) {
            lines.add("    incus launch images:debian/13 -p default -p " + bridge);
        }
        if (fan.options().names()) {
            lines.add("    fanatic resolve CONTAINER.HOST");
        }
        lines.add("    fanatic show");
        lines.add("    sudo fanatic doctor");
        lines.add("On the next host, to have the same:");
        lines.addAll(broken(words(fan, engines)));
        return lines;
    }

    /** Of a command that asks nothing. */
    private static List<String> words(FanEntry fan, Map<EngineKind, EngineOptions> engines) {
        FanOptions options = fan.options();
        List<String> words =
                new ArrayList<>(List.of("sudo fanatic configure --yes", "-u " + fan.underlay(), "-o " + fan.overlay()));
        if (options.type() != TunnelType.VXLAN) {
            words.add("-t " + options.type().word());
        }
        options.port().ifPresent(port -> words.add("--port " + port));
        if (options.dhcp()) {
            words.add("--dhcp");
        }
        options.overlay6().ifPresent(prefix -> words.add("--overlay6 " + prefix));
        if (options.direct() != Direct.OFF) {
            words.add(options.direct() == Direct.SEND ? "--direct" : "--direct=accept");
        }
        options.encryption().ifPresent(encryption -> words.add("--encrypt " + encryption));
        if (options.encryptUdp()) {
            words.add("--encrypt-udp");
        }
        if (options.names()) {
            words.add("--names");
        }
        if (!options.shares().equals(Shares.DEFAULT)) {
            words.add("--shares " + options.shares());
        }
        for (EngineKind kind : Wizard.ENGINES) {
            boolean defaultBridge = Optional.ofNullable(engines.get(kind))
                    .map(EngineOptions::defaultBridge)
                    .orElse(false);
            words.add(
                    defaultBridge
                            ? "--docker-default-bridge"
                            : (engines.containsKey(kind) ? "--" : "--no-") + kind.word());
        }
        return words;
    }

    /** Between words, by a backslash, so that a shell takes the lines for one. */
    private static List<String> broken(List<String> words) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder("   ");
        for (String word : words) {
            if (line.length() + 1 + word.length() + " \\".length() > COLUMNS) {
                lines.add(line + " \\");
                line = new StringBuilder("       ");
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
