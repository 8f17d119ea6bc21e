package io.fanatic.cli.setup;

import io.fanatic.cli.command.CommandException;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What keeps {@code fanatic names} running: {@code fan-names.service}, where systemd runs and has it.
 *
 * @param systemctl the program that is asked; empty where nothing starts services
 */
public record NamesService(Optional<Path> systemctl) {
    public static final String UNIT = "fan-names.service";

    public static final NamesService NONE = new NamesService(Optional.empty());

    private static final Path SYSTEMD = Path.of("/run/systemd/system");
    private static final Path NETWORK = Path.of("/proc/thread-self/ns/net");
    private static final Path NETWORK_OF_INIT = Path.of("/proc/1/ns/net");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** The one of this host; none inside another network namespace than systemd's, whose fans the service would not serve. */
    static NamesService onThisHost() {
        try {
            if (Files.isDirectory(SYSTEMD)
                    && Files.readSymbolicLink(NETWORK).equals(Files.readSymbolicLink(NETWORK_OF_INIT))) {
                NamesService service = new NamesService(Spawn.find("systemctl"));
                return service.says("cat") ? service : NONE;
            }
        } catch (IOException notOurs) {
            // As without systemd.
        }
        return NONE;
    }

    /** Whether it is running and starts at boot. */
    boolean isOn() {
        return says("is-enabled") && says("is-active");
    }

    /** Whether it is running or starts at boot. */
    boolean isAnywhere() {
        return says("is-enabled") || says("is-active");
    }

    private boolean says(String verb) {
        return systemctl.isPresent() && run(verb).status() == 0;
    }

    /** @throws CommandException FAILED, with systemd's own words, when it does not start */
    void enable() {
        change("enable");
    }

    /** @throws CommandException FAILED, with systemd's own words, when it does not end */
    void disable() {
        change("disable");
    }

    private void change(String verb) {
        if (systemctl.isEmpty()) {
            return;
        }
        Spawn.Output done = run(verb, "--now");
        if (done.status() != 0) {
            throw CommandException.failed("systemctl " + verb + " --now " + UNIT + " failed: "
                    + done.text().strip().replace('\n', ' '));
        }
    }

    private Spawn.Output run(String verb, String... options) {
        List<String> command = new ArrayList<>(List.of(systemctl.orElseThrow().toString(), verb));
        command.addAll(List.of(options));
        command.add(UNIT);
        try {
            return Spawn.capture(command, TIMEOUT);
        } catch (ErrnoException e) {
            throw CommandException.failed("cannot run systemctl: " + e.getMessage());
        }
    }
}
