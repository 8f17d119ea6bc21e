package io.fanatic.cli.container.docker;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerRange;
import io.fanatic.cli.container.Difference;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.StatusMapper;
import io.fanatic.cli.container.http.Json;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.cli.container.journal.Note;
import io.fanatic.core.DurableFile;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Share;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The fan's bridge as the network of plain {@code docker run}: settings in daemon.json, and a restart of Docker. When
 * Docker does not come back with them, the old file is put back and Docker started with that.
 *
 * <p>Here Docker knows no auxiliary addresses, so containers get the largest block of its share that has neither the slice's first
 * address nor the host reserve in it.
 */
final class DockerDefaultBridge {
    /** Docker's name for the network of plain {@code docker run}. */
    static final String NETWORK = "bridge";

    /** The name of the note about daemon.json. */
    static final String NOTE = "docker-daemon";

    private static final Path USUAL_DATA = Path.of("/var/lib/docker");

    private static final String IPV6_RANGE = "fixed-cidr-v6";

    /** The first to give out addresses of IPv6 one after the other; those before make them of Ethernet addresses, and need a /64. */
    private static final int FIRST_WITH_IPV6_POOL = 28;

    private static final int MAX_BYTES = 1 << 20;

    private final Journal journal;
    private final FanAttachment fan;

    DockerDefaultBridge(Path journals, FanAttachment fan) {
        this.journal = Journal.of(journals, NOTE);
        this.fan = fan;
    }

    /** What a file holds and how it may be used; empty content stands for no file. */
    private record Content(Optional<byte[]> bytes, String mode) {
        static Content of(Path file) {
            try {
                if (Files.size(file) > MAX_BYTES) {
                    throw CommandException.conflict(file + " is larger than any daemon.json");
                }
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                return new Content(Optional.of(Files.readAllBytes(file)), mode);
            } catch (NoSuchFileException none) {
                return new Content(Optional.empty(), "");
            } catch (IOException e) {
                throw CommandException.failed("cannot read " + file + ": " + DurableFile.reason(e));
            }
        }

        String text() {
            return new String(bytes.orElse(new byte[0]), StandardCharsets.UTF_8);
        }

        boolean isOf(Note note) {
            return bytes.filter(note::wrote).isPresent();
        }

        boolean equalTo(Optional<Note.Previous> previous) {
            return previous.isPresent()
                    ? bytes.isPresent()
                            && Arrays.equals(bytes.get(), previous.get().content())
                    : bytes.isEmpty();
        }

        Optional<Note.Previous> asPrevious() {
            return bytes.map(content -> new Note.Previous(content, mode));
        }
    }

    private ContainerRange range() {
        return ContainerRange.largestBlock(fan.slice(), fan.block(Share.DOCKER));
    }

    private Map<String, JsonElement> settings(Optional<Ipv6Prefix> ipv6Range) {
        Map<String, JsonElement> settings = new LinkedHashMap<>();
        settings.put("bridge", new JsonPrimitive(fan.bridge()));
        settings.put("fixed-cidr", new JsonPrimitive(range().block().toString()));
        settings.put("mtu", new JsonPrimitive(fan.mtu()));
        settings.put("ip-masq", new JsonPrimitive(false));
        if (ipv6Range.isPresent()) {
            settings.put("ipv6", new JsonPrimitive(true));
            settings.put(IPV6_RANGE, new JsonPrimitive(ipv6Range.get().toString()));
        }
        return settings;
    }

    /** The whole slice, and the part of it that is Docker's; empty for a fan of IPv4 alone. */
    private List<Ipv6Prefix> ipv6Ranges() {
        return fan.ipv6()
                .map(mapping -> List.of(
                        mapping.sliceOf(fan.slice().underlayAddress()),
                        fan.ipv6Block(range().block()).orElseThrow()))
                .orElse(List.of());
    }

    private Optional<Ipv6Prefix> ipv6Range(DockerApi docker) {
        List<Ipv6Prefix> ranges = ipv6Ranges();
        return ranges.isEmpty()
                ? Optional.empty()
                : Optional.of(ranges.get(docker.majorVersion() < FIRST_WITH_IPV6_POOL ? 0 : 1));
    }

    /** What we would make of the file of before; with the range of IPv6 that is written there where it is one of ours, for Docker's version is not always known. */
    private String ours(Note note, Content now) {
        Optional<JsonElement> there =
                DaemonJson.parse(note.subject(), now.text()).setting(IPV6_RANGE);
        List<Ipv6Prefix> ranges = ipv6Ranges();
        Optional<Ipv6Prefix> range = ranges.stream()
                .filter(each -> there.equals(Optional.of(new JsonPrimitive(each.toString()))))
                .findFirst()
                .or(() -> ranges.stream().findFirst());
        return before(note).with(settings(range));
    }

    private static DaemonJson before(Note note) {
        return DaemonJson.parse(
                note.subject(),
                note.previous()
                        .map(previous -> new String(previous.content(), StandardCharsets.UTF_8))
                        .orElse(""));
    }

    /** {@code bridge, fixed-cidr, mtu and ip-masq}. */
    private String names() {
        List<String> names = new ArrayList<>(List.of("bridge", "fixed-cidr", "mtu", "ip-masq"));
        if (fan.ipv6().isPresent()) {
            names.addAll(List.of("ipv6", IPV6_RANGE));
        }
        return String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.get(names.size() - 1);
    }

    /** Whether we have changed daemon.json, for this fan. */
    boolean isNoted() {
        return journal.read()
                .filter(note -> note.fan().startsWith(fan.bridge() + " "))
                .isPresent();
    }

    /** Whether the Docker that runs now has the fan's bridge as its default. */
    boolean runsOnFan(DockerApi docker) {
        return docker.network(NETWORK)
                .map(network ->
                        network.at("Options").textOr(DockerApi.BRIDGE_NAME, "").equals(fan.bridge()))
                .orElse(false);
    }

    /**
     * How it stands; to be asked only when it {@link #isNoted}.
     *
     * @param docker empty when Docker does not run: then its file tells
     * @param who it is: {@code Docker 26.1.5 on /run/docker.sock}; or, when it does not run, why it is thought so
     */
    EngineStatus status(Optional<DockerApi> docker, String who) {
        Note note = journal.read().orElseThrow();
        Content now = Content.of(Path.of(note.subject()));
        boolean ours = now.isOf(note);
        boolean running = docker.isPresent() && runsOnFan(docker.get());
        if (ours && isOutdated(note, now)) {
            return new EngineStatus(
                    EngineStatus.State.ALTERED,
                    who + ": " + note.subject()
                            + " is for the fan as it was before, or for another share of its addresses; enable it"
                            + " again to renew it");
        } else if (ours && docker.isEmpty()) {
            String stuck = DockerStore.isStuckOn(store(note), fan.bridge())
                    ? "; it started without " + fan.bridge()
                            + " once and does not start with it again: disable it, start it, and enable it"
                    : "";
            return new EngineStatus(EngineStatus.State.STOPPED, who + stuck);
        } else if (ours && running) {
            return new EngineStatus(EngineStatus.State.ENABLED, who + ", network of plain docker run");
        } else if (ours) {
            return half(who + " was not restarted since " + note.subject() + " was written");
        } else if (now.equalTo(note.previous())) {
            return half(
                    running
                            ? who + " was not restarted since " + note.subject() + " was put back"
                            : who + ": a run that was to change " + note.subject() + " ended before it was done");
        } else if (!running && !isOurs(note, now)) {
            return new EngineStatus(
                    EngineStatus.State.ALTERED,
                    who + ": somebody has taken " + fan.bridge() + " out of " + note.subject()
                            + "; disable Docker to forget about it");
        }
        return new EngineStatus(
                EngineStatus.State.ALTERED, who + ": " + altered(note, now).getMessage());
    }

    /** Whether what we wrote is not what we would write now. */
    private boolean isOutdated(Note note, Content now) {
        try {
            return !ours(note, now).equals(now.text());
        } catch (CommandException noRoom) {
            return true;
        }
    }

    private static EngineStatus half(String what) {
        return new EngineStatus(EngineStatus.State.HALF, what + "; enable or disable Docker again");
    }

    /** Whether the file still names the fan's bridge, so that something of ours is left in it. */
    private boolean isOurs(Note note, Content now) {
        return DaemonJson.parse(note.subject(), now.text())
                .setting("bridge")
                .equals(Optional.of(new JsonPrimitive(fan.bridge())));
    }

    private CommandException altered(Note note, Content now) {
        return CommandException.conflict(note.subject() + " has been changed since fanatic wrote it ("
                + Difference.description(ours(note, now), now.text())
                + "); nothing is touched: undo that change, or take "
                + names() + " out of it yourself, then run this again");
    }

    /** What {@link #enable} does, after finding out that it can work. */
    EnginePlan planEnable(DockerApi docker) {
        return planEnable(docker, "");
    }

    /** @param going a network that will be gone by then; empty for none */
    EnginePlan planEnable(DockerApi docker, String going) {
        DockerDaemon daemon = DockerDaemon.of(docker);
        Path file = daemon.configuration();
        Content now = Content.of(file);
        String wanted = wanted(docker, daemon, file, now);
        boolean written = now.text().equals(wanted);
        if (written && runsOnFan(docker)) {
            return EnginePlan.nothing();
        }
        requireNoOverlap(docker, going);
        requireEffect(docker);
        List<String> steps = new ArrayList<>();
        if (!written) {
            steps.add("set " + names() + " in " + file
                    + "; plain docker run then gets one of the addresses "
                    + FanAttachment.description(range().range(), Share.DOCKER));
        }
        steps.add("restart Docker " + DockerRestart.description(daemon));
        List<String> warnings = new ArrayList<>(restartWarnings(docker));
        warnings.add("from then on Docker needs the bridge " + fan.bridge()
                + " to start; while the fan is down, an empty one stands in for it");
        return new EnginePlan(steps, warnings, true);
    }

    private static List<String> restartWarnings(DockerApi docker) {
        List<String> running = docker.runningContainers();
        return running.isEmpty()
                ? List.of("Docker restarts; no container is running now")
                : List.of("Docker restarts, which stops " + String.join(", ", running)
                        + "; those without a restart policy stay stopped");
    }

    /** The file as it is to be; the file of before comes from the journal where ours is in place. */
    private String wanted(DockerApi docker, DockerDaemon daemon, Path file, Content now) {
        List<String> conflicts = daemon.conflicts(fan.ipv6().isPresent());
        if (!conflicts.isEmpty()) {
            throw CommandException.conflict("Docker was started with " + String.join(", ", conflicts)
                    + ", which excludes what would have to stand in " + file
                    + "; take that off its command line, or use a network of its own");
        }
        Optional<Note> note = journal.read();
        boolean ours = note.filter(now::isOf).isPresent();
        if (note.isPresent()) {
            if (ours && !isNoted()) {
                throw CommandException.conflict("Docker's default network is on the fan "
                        + note.get().fan() + " already; disable it there first");
            }
            if (!ours && !now.equalTo(note.get().previous()) && isOurs(note.get(), now)) {
                throw altered(note.get(), now);
            }
        }
        DaemonJson json = ours ? before(note.get()) : DaemonJson.parse(file.toString(), now.text());
        for (String excluded : List.of("bip", "default-gateway")) {
            if (json.setting(excluded).isPresent()) {
                throw CommandException.conflict(file + " sets " + excluded
                        + ", which excludes a bridge that is there already; take it out first");
            }
        }
        return json.with(settings(ipv6Range(docker)));
    }

    /** With live-restore Docker would keep the network as it is, for the sake of what runs. */
    private static void requireEffect(DockerApi docker) {
        List<String> running = docker.runningContainers();
        if (docker.info().isTrue("LiveRestoreEnabled") && !running.isEmpty()) {
            throw CommandException.inUse(
                    "Docker runs with live-restore and keeps its network while containers run; stop "
                            + String.join(", ", running) + " first");
        }
    }

    private void requireNoOverlap(DockerApi docker, String going) {
        for (Json network : docker.networks()) {
            String name = network.textOr("Name", "");
            for (Json pool : network.at("IPAM", "Config").list()) {
                if (!name.equals(NETWORK) && !name.equals(going) && overlaps(pool.textOr("Subnet", ""))) {
                    throw CommandException.conflict(
                            "the Docker network " + name + " has the subnet " + pool.textOr("Subnet", "")
                                    + ", which overlaps the overlay " + fan.overlay() + "; remove it first");
                }
            }
        }
    }

    private boolean overlaps(String subnet) {
        try {
            return Ipv4Prefix.parse(subnet).overlaps(fan.overlay());
        } catch (IllegalArgumentException notIpv4) {
            return false;
        }
    }

    /** Writes the settings and restarts Docker; when that fails, all is put back. */
    EnginePlan enable(DockerApi docker) {
        EnginePlan plan = planEnable(docker);
        if (plan.isEmpty()) {
            return plan;
        }
        DockerDaemon daemon = DockerDaemon.of(docker);
        Path file = daemon.configuration();
        Content now = Content.of(file);
        String wanted = wanted(docker, daemon, file, now);
        byte[] bytes = wanted.getBytes(StandardCharsets.UTF_8);
        Optional<Note> old = journal.read();
        Optional<Note.Previous> previous =
                old.filter(now::isOf).isPresent() ? old.get().previous() : now.asPrevious();
        String data = docker.info().textOr("DockerRootDir", USUAL_DATA.toString());
        Note note = new Note(
                file.toString(),
                fan.description() + " " + range().range(),
                previous,
                Note.checksum(bytes),
                Optional.of(data));
        journal.write(note);
        try (DockerRestart restart = new DockerRestart(daemon, docker.socket())) {
            try {
                Attempt.write(file, bytes);
                // What an earlier start without the bridge has left would keep Docker from starting with it.
                if (!runsOnFan(docker) && DockerStore.hasDefaultNetworkOn(store(note), fan.bridge())) {
                    restart.run(() -> DockerStore.forgetDefaultNetworkOn(store(note), fan.bridge()));
                } else {
                    restart.run();
                }
                requireOnFan(docker.socket());
                return plan;
            } catch (CommandException e) {
                throw putBack(e, restart, file, previous);
            }
        }
    }

    /** Docker's record of its networks. */
    private static Path store(Note note) {
        return note.data().map(Path::of).orElse(USUAL_DATA).resolve("network/files/local-kv.db");
    }

    private void requireOnFan(Path socket) {
        try (DockerApi docker = DockerApi.open(socket)) {
            if (!runsOnFan(docker)) {
                throw CommandException.failed("Docker came back without " + fan.bridge() + " as its default network");
            }
        }
    }

    private CommandException putBack(
            CommandException cause, DockerRestart restart, Path file, Optional<Note.Previous> previous) {
        try {
            restore(file, previous);
            restart.run();
            journal.forget();
            return new CommandException(
                    ExitCode.UNDONE,
                    "Docker did not take the new settings: " + cause.getMessage() + "; " + file
                            + " is as it was, and Docker runs with it");
        } catch (CommandException e) {
            return new CommandException(
                    ExitCode.NOT_UNDONE,
                    "Docker did not take the new settings: " + cause.getMessage() + "; and going back failed: "
                            + e.getMessage() + "; " + journal.file() + " has the file of before");
        }
    }

    private static void sweepBeside(Path file) {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a directory");
        Attempt.to("clear what was left beside " + file, () -> DurableFile.sweep(directory));
    }

    private static void restore(Path file, Optional<Note.Previous> previous) {
        try {
            if (previous.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            Attempt.write(file, previous.get().content());
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(previous.get().mode()));
        } catch (IOException | IllegalArgumentException e) {
            throw CommandException.failed("cannot put " + file + " back: " + e.getMessage());
        }
    }

    /** What {@link #disable} does, as if with force. */
    EnginePlan planDisable(Optional<DockerApi> docker) {
        Optional<Note> note = journal.read();
        if (note.isEmpty() || !isNoted()) {
            return EnginePlan.nothing();
        }
        List<String> steps = new ArrayList<>();
        Path file = Path.of(note.get().subject());
        if (mustRestore(note.get(), Content.of(file))) {
            steps.add((note.get().previous().isPresent() ? "put back " : "delete ") + file + ", as it was before");
        }
        boolean restarts = docker.isPresent() && runsOnFan(docker.get());
        if (docker.isEmpty() && DockerStore.isStuckOn(store(note.get()), fan.bridge())) {
            steps.add("take the bridge " + fan.bridge() + " of the network of plain docker run out of "
                    + store(note.get()) + "; Docker, which does not run, makes that network anew");
        }
        if (!restarts) {
            if (steps.isEmpty()) {
                steps.add("delete the note about " + file + ", which is not as it says any more");
            }
            return StatusMapper.plan(steps);
        }
        steps.add("restart Docker " + DockerRestart.description(DockerDaemon.of(docker.get())));
        return new EnginePlan(steps, restartWarnings(docker.get()), true);
    }

    private boolean mustRestore(Note note, Content now) {
        if (now.isOf(note)) {
            return true;
        }
        if (now.equalTo(note.previous()) || !isOurs(note, now)) {
            return false;
        }
        throw altered(note, now);
    }

    /** @param docker empty when Docker does not run: then only the file is put back */
    EnginePlan disable(Optional<DockerApi> docker, boolean force) {
        EnginePlan plan = planDisable(docker);
        Optional<Note> note = journal.read();
        if (note.isEmpty() || !isNoted()) {
            return plan;
        }
        if (plan.restarts()) {
            List<String> users = docker.orElseThrow().containersOn(NETWORK);
            if (!users.isEmpty() && !force) {
                throw CommandException.inUse(
                        "Docker's default network, which is on the fan, is in use by " + String.join(", ", users)
                                + "; remove these first, or use --force: then they stop, and start again outside the fan");
            }
            requireEffect(docker.get());
        }
        Path file = Path.of(note.get().subject());
        if (mustRestore(note.get(), Content.of(file))) {
            restore(file, note.get().previous());
        }
        sweepBeside(file);
        // One that is not stuck clears up by itself when it starts, its firewall rules included.
        if (docker.isEmpty() && DockerStore.isStuckOn(store(note.get()), fan.bridge())) {
            DockerStore.forgetDefaultNetworkOn(store(note.get()), fan.bridge());
        }
        if (plan.restarts()) {
            DockerApi running = docker.orElseThrow();
            try (DockerRestart restart = new DockerRestart(DockerDaemon.of(running), running.socket())) {
                restart.run();
            }
        }
        journal.forget();
        return plan;
    }
}
