package io.fanatic.cli.names;

import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import io.fanatic.netlink.names.Names;
import io.fanatic.netlink.watch.FanChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What systemd-resolved knows of the fans' bridges: to ask us, for the names of the fan and for nothing else. It belongs to the device and
 * goes with it, so a bridge that is made anew is told again, and so is what somebody else changed or took away; what is left is taken
 * back in the end. A host without systemd-resolved is left alone.
 */
final class ResolvedLinks implements AutoCloseable {
    private static final Path RUNNING = Path.of("/run/systemd/resolve");
    private static final Path DEVICES = Path.of("/sys/class/net");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** How often it is looked at whether it still knows: nothing tells of that. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    /** What somebody else keeps taking away is told again ever more rarely, from the first pause to the last. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LAST_PAUSE = Duration.ofMinutes(1);

    private final Optional<Path> resolvectl = Spawn.find("resolvectl");
    private final Consumer<String> log;
    private final Map<String, Link> told = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final Set<String> said = new HashSet<>();

    ResolvedLinks(Consumer<String> log) {
        this.log = log;
    }

    /** What was told of one bridge. */
    private static final class Link {
        private String number = "";
        private List<String> servers = List.of();
        private List<String> zones = List.of();

        private long since;
        private Duration pause = Duration.ZERO;

        boolean isForgotten() {
            return System.nanoTime() - since >= pause.toNanos() && !isKept();
        }

        private boolean isKept() {
            try {
                return Files.readAllLines(StaleResolvedLinks.LINKS.resolve(number))
                        .containsAll(List.of(
                                StaleResolvedLinks.SERVERS + String.join(" ", servers),
                                StaleResolvedLinks.DOMAINS + String.join(" ", zones)));
            } catch (IOException gone) {
                return false;
            }
        }

        void pauseLonger() {
            Duration longer = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
            pause = longer.compareTo(LAST_PAUSE) < 0 ? longer : LAST_PAUSE;
        }
    }

    /**
     * Waits until fans may have changed, or {@link #set} has to tell again.
     *
     * @return false when it was stopped
     */
    boolean await(FanChanges changes) {
        return resolvectl.isEmpty()
                ? changes.await()
                : changes.await(
                        LOOK, () -> isRunning() && told.values().stream().anyMatch(Link::isForgotten));
    }

    private static boolean isRunning() {
        return Files.isDirectory(RUNNING);
    }

    /** Tells of each fan that is new, or whose bridge is another one, or that was forgotten; takes back what was told of those that are gone. */
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
            Link link = told.computeIfAbsent(fan.bridge(), bridge -> new Link());
            String number = number(fan.bridge());
            if (!number.equals(link.number) || !servers.equals(link.servers) || !zones.equals(link.zones)) {
                link.number = number;
                link.servers = servers;
                link.zones = zones;
                link.pause = Duration.ZERO;
            }
            if (isRunning() && link.isForgotten()) {
                tell(fan.bridge(), servers, zones);
                link.since = System.nanoTime();
                link.pauseLonger();
            }
        }
    }

    /**
     * What it refuses is told again, and said once, the second time: it may not know yet of a bridge that was just made. A bridge that goes
     * away meanwhile is no trouble. The servers come last: until then nothing is asked, so a program that is killed in between leaves no
     * bridge that is asked for every name.
     */
    private void tell(String bridge, List<String> servers, List<String> zones) {
        if (run("domain", bridge, zones)) {
            for (String setting : List.of("default-route", "llmnr", "mdns", "dnssec", "dnsovertls")) {
                run(setting, bridge, List.of("no"));
            }
            run("dns", bridge, servers);
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
            say("systemd-resolved does not take the setting \"" + setting + "\" of " + bridge + ": "
                    + done.text().strip());
        } catch (ErrnoException e) {
            say("cannot run resolvectl: " + e.getMessage());
        }
        return false;
    }

    private void say(String refusal) {
        if (!refused.add(refusal) && said.add(refusal)) {
            log.accept(refusal);
        }
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
