package io.fanatic.cli.order;

import static io.fanatic.cli.CliRun.fanatic;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** What has to be true after each step of an order. */
final class Judge implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration TRY = Duration.ofSeconds(4);
    private static final long PAUSE_NANOS = 100_000_000;
    private static final long BYTES = 200_000;
    private static final int MTU = 1450;

    private final Stage stage;
    private final Probes probes = Probes.open();

    Judge(Stage stage) {
        this.stage = stage;
    }

    /** @return a sentence for each thing that is wrong */
    List<String> wrong(Openness without) {
        List<String> wrong = new ArrayList<>(addresses());
        wrong.addAll(patiently(this::reachability));
        wrong.addAll(patiently(() -> openness(without)));
        wrong.addAll(patiently(this::description));
        return wrong;
    }

    /** Others test on this machine at the same time, and daemons finish their work after they have answered. */
    private static List<String> patiently(Supplier<List<String>> look) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> wrong = look.get();
            if (wrong.isEmpty() || System.nanoTime() > deadline) {
                return wrong;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private List<String> addresses() {
        List<String> wrong = new ArrayList<>();
        Set<Ipv4Address> seen = new HashSet<>(Set.of(stage.host().address()));
        for (Box box : stage.boxes()) {
            if (!seen.add(box.address())) {
                wrong.add(
                        box.name() + " has the address " + box.address() + ", as somebody else has: " + stage.boxes());
            }
            if (!stage.host().slice().cidr().contains(box.address())) {
                wrong.add(box.name() + " has the address " + box.address() + ", which is of another slice");
            }
        }
        return wrong;
    }

    /** Everybody on the fan reaches everybody, as himself; the world outside as his host; all see what is published. */
    private List<String> reachability() {
        List<CompletableFuture<String>> trials = new ArrayList<>();
        List<Box> all = new ArrayList<>(stage.boxes());
        if (stage.fanIsUp()) {
            all.add(new Box("h2c1", stage.peer().namespace(), stage.peer().address()));
            all.add(new Box("h1", stage.host().namespace(), stage.host().address()));
        }
        for (Box from : all) {
            for (Box to : all) {
                if (from != to) {
                    trials.add(ping(from, to));
                    trials.add(transfer(from, to.name(), to.address(), to.namespace(), from.address()));
                }
            }
        }
        Namespace outside = stage.lab().outside();
        Ipv4Address world = stage.lab().spec().outsideAddress();
        for (Box box : stage.boxes()) {
            trials.add(transfer(
                    box, "the world outside", world, outside, stage.host().underlayAddress()));
        }
        List<String> wrong = new ArrayList<>();
        trials.forEach(trial -> wrong.add(trial.join()));
        wrong.removeIf(String::isEmpty);
        if (stage.boxes().stream().anyMatch(box -> box.name().equals(DockerOnFan.WEB))
                && stage.runs(Who.DOCKER)
                && !Http.answers(
                        stage.neighbour().namespace(),
                        stage.host().underlayAddress().toString(),
                        DockerOnFan.WEB_PORT)) {
            wrong.add("the neighbour does not get to the published port of " + DockerOnFan.WEB);
        }
        return wrong;
    }

    private CompletableFuture<String> ping(Box from, Box to) {
        return Ping.to(to.address())
                .withPayload(MTU - 28)
                .withTimeout(TRY)
                .start(probes, from.namespace())
                .thenApply(ping -> ping.ok() ? "" : from.name() + " does not ping " + to.name() + ": " + ping);
    }

    private CompletableFuture<String> transfer(
            Box from, String name, Ipv4Address address, Namespace to, Ipv4Address source) {
        return BulkTransfer.to(address)
                .withBytes(BYTES)
                .withTimeout(TRY)
                .start(probes, from.namespace(), to)
                .thenApply(transfer -> {
                    String what = from.name() + " (" + from.address() + ") to " + name + " (" + address + "): ";
                    if (!transfer.ok()) {
                        return what + transfer.error();
                    }
                    return transfer.source().filter(source::equals).isPresent()
                            ? ""
                            : what + "comes from " + transfer.source() + " and not from " + source;
                });
    }

    /** The neighbour, who is in no fan, gets no further than it would without one. */
    private List<String> openness(Openness without) {
        List<String> wrong = new ArrayList<>();
        Openness with = stage.openness();
        boolean lost = stage.docker().filter(DockerOnFan::needsTheFan).isPresent()
                && !stage.host().exec("ip", "link", "show", "fan-250").ok();
        // A container whose bridge is gone is reached by nobody; where an empty one stands in for it, it is as without
        // a fan.
        Openness wanted = lost ? Openness.NONE : without;
        if (!with.equals(wanted)) {
            wrong.add("the host is " + with + " to a neighbour; without a fan it is " + without);
        }
        for (Box box : stage.boxes()) {
            // Where Docker's own networks are open without a fan, as after "ufw disable", so is the one on the fan.
            if (box.name().equals(DockerOnFan.WEB)
                    && !without.unpublished()
                    && Http.answers(stage.neighbour().namespace(), box.address().toString(), DockerOnFan.UNPUBLISHED)) {
                wrong.add("the neighbour gets to a port of " + box.name() + " on the fan that nobody published");
            }
        }
        return wrong;
    }

    /** What the programs say fits. */
    private List<String> description() {
        List<String> wrong = new ArrayList<>();
        CliRun show = fanatic(stage.host(), "show");
        String fan = stage.fanIsUp() ? "up" : "down";
        List<String> lines = show.out().lines().map(String::strip).toList();
        if (show.exitCode() != ExitCode.DONE || lines.size() != 2) {
            wrong.add("show says " + show);
        } else {
            List<String> columns = List.of(lines.get(0).split(" +"));
            List<String> cells = List.of(lines.get(1).split(" +"));
            String state = cells.get(columns.indexOf("Fan"));
            if (!state.equals(fan)) {
                wrong.add("show says that the fan is " + state + ", and it is " + fan);
            }
            for (Engine engine : stage.engines()) {
                int column = columns.indexOf(engine.title());
                if (stage.fanIsUp()
                        && engine.runs()
                        && column >= 0
                        && !cells.get(column).equals("enabled")) {
                    wrong.add("show says " + cells.get(column) + " of " + engine.title() + ", which is on the fan");
                }
            }
        }
        CliRun status = fanatic(stage.host(), "status");
        if ((status.exitCode() == ExitCode.DONE) != stage.fanIsUp()) {
            wrong.add("the fan is " + fan + " and status says " + status);
        }
        Doctor doctor = Doctor.of(stage.host());
        if (!stage.fanIsUp()) {
            if (doctor.exitCode() != ExitCode.TEST_FAILED) {
                wrong.add("the fan is down, and the doctor says " + doctor);
            }
        } else {
            List<String> dead = stage.engines().stream()
                    .filter(engine -> engine.hasDaemon() && engine.enabled() && !engine.runs())
                    .map(Engine::title)
                    .toList();
            List<String> causes = dead.isEmpty()
                    ? List.of()
                    : List.of(Code.ENGINE_STOPPED.word() + ": " + String.join(" and ", dead)
                            + (dead.size() == 1
                                    ? " was put on the fan and does not answer"
                                    : " were put on the fan and do not answer"));
            if (!doctor.causes().equals(causes)) {
                wrong.add("the doctor was to say " + causes + " and says " + doctor);
            }
        }
        return wrong;
    }

    @Override
    public void close() {
        probes.close();
    }
}
