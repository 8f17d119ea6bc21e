package io.fanatic.cli.names;

import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import io.fanatic.netlink.names.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What systemd-resolved knows of the fans' bridges: to ask us, for the names of the fan and for nothing else. It belongs to the device and
 * goes with it, so a bridge that is made anew is told again; what is left is taken back in the end. A host without systemd-resolved is
 * left alone.
 */
final class ResolvedLinks implements AutoCloseable {
    private static final Path RUNNING = Path.of("/run/systemd/resolve");
    private static final Path DEVICES = Path.of("/sys/class/net");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Optional<Path> resolvectl;
    private final Consumer<String> log;
    /** What was told, by the name of the bridge: its number, and the words. */
    private final Map<String, String> told = new HashMap<>();

    private ResolvedLinks(Optional<Path> resolvectl, Consumer<String> log) {
        this.resolvectl = resolvectl;
        this.log = log;
    }

    static ResolvedLinks onThisHost(Consumer<String> log) {
        return new ResolvedLinks(Files.isDirectory(RUNNING) ? Spawn.find("resolvectl") : Optional.empty(), log);
    }

    /** Tells of each fan that is new, or whose bridge is another one; takes back what was told of those that are gone. */
    void set(List<Fan> fans, Names names) {
        if (resolvectl.isEmpty()) {
            return;
        }
        told.keySet().removeIf(bridge -> {
            boolean gone = fans.stream().noneMatch(fan -> fan.bridge().equals(bridge));
            if (gone) {
                revert(bridge);
            }
            return gone;
        });
        for (Fan fan : fans) {
            List<String> zones =
                    names.zones(fan).stream().map(zone -> "~" + zone).toList();
            List<String> servers = fan.slices().stream()
                    .map(FanSlice::hostAddress)
                    .map(Object::toString)
                    .toList();
            String wanted = number(fan.bridge()) + " " + servers + zones;
            if (!wanted.equals(told.put(fan.bridge(), wanted))) {
                tell(fan.bridge(), servers, zones);
            }
        }
    }

    /** What it refuses is said once; a bridge that goes away meanwhile is no trouble. */
    private void tell(String bridge, List<String> servers, List<String> zones) {
        if (run("dns", bridge, servers) && run("domain", bridge, zones)) {
            for (String setting : List.of("default-route", "llmnr", "mdns", "dnssec", "dnsovertls")) {
                run(setting, bridge, List.of("no"));
            }
        }
    }

    private boolean run(String setting, String bridge, List<String> values) {
        List<String> command = new ArrayList<>(List.of(resolvectl.orElseThrow().toString(), setting, bridge));
        command.addAll(values);
        try {
            Spawn.Output done = Spawn.capture(command, TIMEOUT);
            if (done.status() == 0) {
                return true;
            }
            if (number(bridge).isEmpty()) {
                return false;
            }
            log.accept("systemd-resolved does not take the setting \"" + setting + "\" of " + bridge + ": "
                    + done.text().strip());
        } catch (ErrnoException e) {
            log.accept("cannot run resolvectl: " + e.getMessage());
        }
        return false;
    }

    private static String number(String bridge) {
        try {
            return Files.readString(DEVICES.resolve(bridge).resolve("ifindex")).strip();
        } catch (IOException gone) {
            return "";
        }
    }

    @Override
    public void close() {
        told.keySet().forEach(this::revert);
        told.clear();
    }

    private void revert(String bridge) {
        if (!number(bridge).isEmpty()) {
            run("revert", bridge, List.of());
        }
    }
}
