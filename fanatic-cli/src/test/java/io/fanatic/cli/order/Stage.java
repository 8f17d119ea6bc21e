package io.fanatic.cli.order;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.EngineSnapshot;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.netlink.host.HostSnapshot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where an order is played: a host to which its steps happen, another one in the fan, with a container, and a neighbour of both
 * that is in no fan and routes to the first one's containers through it.
 *
 * <pre>
 *   h1 10.0.0.1  what the order is about      h2 10.0.0.2  fan-250 -- h2c1 250.0.2.2      h3 10.0.0.3  the neighbour
 * </pre>
 */
final class Stage implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Lab lab;
    private final Map<Who, Participant> participants = new EnumMap<>(Who.class);
    private final Set<Engine> waiting = new HashSet<>();
    private final Set<Participant> begun = new HashSet<>();
    private final HostSnapshot before;

    /** Everybody is ready, and nobody has started. */
    Stage(Set<Who> who) {
        FanMapping mapping = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
        String name = "order-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        lab = Lab.up(new LabSpec(name, mapping, 3, 1, 1500));
        try {
            // As the package brings it.
            host().exec("touch", "/etc/network/fan").orThrow();
            host().exec("sysctl", "-qw", "net.ipv4.ip_forward=0").orThrow();
            neighbour()
                    .exec("ip", "route", "add", "172.17.0.0/16", "via", "10.0.0.1")
                    .orThrow();
            neighbour()
                    .exec("ip", "route", "add", "250.0.0.0/8", "via", "10.0.0.1")
                    .orThrow();
            for (Who each : who) {
                participants.put(each, participant(each));
            }
            before = snapshot();
            if (who.contains(Who.FAN)) {
                FanControl.embedded().up(lab.hosts().get(1));
                lab.attach(peer());
                String dhcp = who.contains(Who.LXD) || who.contains(Who.INCUS) ? " dhcp" : "";
                fanctl(host(), "config set 250.0.0.0/8 10.0.0.0/16" + dhcp).done();
            }
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
    }

    private Participant participant(Who who) {
        return switch (who) {
            case FAN -> new FanService(host(), () -> !boxes().isEmpty());
            case DOCKER -> new DockerOnFan(host(), false);
            case PLAINDOCKER -> new DockerOnFan(host(), true);
            case LXD, INCUS -> new InstancesOnFan(host(), who);
            case PODMAN -> new PodmanOnFan(host());
            case FIREWALLD -> new FirewalldService(host());
            case UFW -> new UfwService(host());
        };
    }

    Lab lab() {
        return lab;
    }

    /** To whom it all happens. */
    LabHost host() {
        return lab.hosts().get(0);
    }

    /** On the other host of the fan. */
    LabContainer peer() {
        return lab.containers().get(1);
    }

    LabHost neighbour() {
        return lab.hosts().get(2);
    }

    /** Whether the fan is up. */
    boolean fanIsUp() {
        return fan() != 0;
    }

    private int fan() {
        return participants.get(Who.FAN) instanceof FanService service ? service.fan() : 0;
    }

    /** Whether somebody takes part and runs. */
    boolean runs(Who who) {
        Participant participant = participants.get(who);
        return participant != null && participant.runs();
    }

    List<Engine> engines() {
        List<Engine> engines = new ArrayList<>();
        for (Participant participant : participants.values()) {
            if (participant instanceof Engine engine) {
                engines.add(engine);
            }
        }
        return engines;
    }

    /** The containers that are on the fan, when there is one. */
    List<Box> boxes() {
        return engines().stream()
                .flatMap(engine -> engine.boxes(fan()).stream())
                .toList();
    }

    Optional<DockerOnFan> docker() {
        return engines().stream()
                .filter(DockerOnFan.class::isInstance)
                .map(DockerOnFan.class::cast)
                .findFirst();
    }

    /** Lets it happen, and what follows from it: who waits for the fan starts, engines have their containers. */
    void play(Step step) {
        Participant who = participants.get(step.who());
        begun.add(who);
        if (who instanceof Engine engine && engine.needsTheFan() && !fanIsUp()) {
            playWithoutTheFan(engine, step);
        } else {
            who.undergo(step.what());
        }
        settle();
    }

    private void playWithoutTheFan(Engine engine, Step step) {
        try {
            engine.undergo(step.what());
        } catch (LabException announced) {
            waiting.add(engine);
        }
    }

    private void settle() {
        if (fanIsUp()) {
            waiting.forEach(Participant::start);
            waiting.clear();
        }
        participants.values().forEach(participant -> participant.prepare(fanIsUp()));
        for (Engine engine : engines()) {
            engine.settle(fan());
        }
        docker().filter(Participant::runs).ifPresent(DockerOnFan::hidden);
    }

    Openness openness() {
        if (docker().filter(Participant::runs).isEmpty()) {
            return Openness.NONE;
        }
        Box hidden = docker().get().hidden();
        return new Openness(
                Http.answers(neighbour().namespace(), hidden.address().toString(), DockerOnFan.UNPUBLISHED),
                Http.answers(neighbour().namespace(), host().underlayAddress().toString(), DockerOnFan.HIDDEN_PORT));
    }

    /**
     * Takes all away, as an administrator does, and tells what is other than before the first step. With an engine that does not run
     * {@code deconfigure} may say that something remains; it goes on once the engine runs.
     */
    HostSnapshot end() {
        List<Engine> started = engines().stream()
                .filter(engine -> participants.containsKey(Who.FAN) && engine.enabled())
                .toList();
        if (participants.containsKey(Who.FAN)) {
            if (started.stream().anyMatch(engine -> !engine.runs())) {
                started.stream().filter(Participant::runs).forEach(Engine::empty);
                CliRun first = fanatic(host(), "deconfigure --yes");
                assertThat(first.exitCode())
                        .as("deconfigure with an engine stopped: " + first.out() + first.err())
                        .isNotEqualTo(ExitCode.FAILED);
                started.stream().filter(engine -> !engine.runs()).forEach(Participant::start);
            }
        }
        engines().stream().filter(Participant::runs).forEach(Engine::empty);
        if (participants.containsKey(Who.FAN)) {
            CliRun last = fanatic(host(), "deconfigure --yes");
            assertThat(last.exitCode()).as(last.out() + last.err()).isEqualTo(ExitCode.DONE);
        } else {
            // As deconfigure does, to take plain docker run off the fan: Docker then adds its rules anew, in another
            // order than after a
            // restart of firewalld.
            docker().filter(DockerOnFan::plain).filter(Participant::runs).ifPresent(Participant::restart);
        }
        // With a fan or without, also where the order ends with an engine that is stopped.
        engines().stream()
                .filter(engine -> begun.contains(engine) && !engine.runs())
                .forEach(Participant::start);
        List<String> traces = new ArrayList<>();
        engines().stream().filter(Participant::runs).forEach(engine -> traces.addAll(engine.traces()));
        participants.values().forEach(Participant::close);
        List<String> changes = new ArrayList<>(before.changesTo(snapshot()));
        changes.replaceAll(line -> line.replaceAll("[0-9a-f]{2}(:[0-9a-f]{2}){5}", "MAC"));
        changes.addAll(traces);
        changes.sort(null);
        return new HostSnapshot(changes);
    }

    private HostSnapshot snapshot() {
        return new HostSnapshot(EngineSnapshot.of(host()));
    }

    @Override
    public void close() {
        try {
            participants.values().forEach(Participant::close);
        } finally {
            lab.close();
        }
    }
}
