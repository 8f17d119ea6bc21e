package io.fanatic.netlink.attach;

import io.fanatic.core.Counter;
import io.fanatic.core.FanException;
import io.fanatic.netlink.bpf.AttachedProgram;
import io.fanatic.netlink.bpf.BpfMap;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.ProgramRecord;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Our programs, attached and found again with CAP_NET_ADMIN and CAP_BPF alone: by the {@link ProgramRecord} in the alias of a device of ours.
 * That is mostly the device with the programs; of a device that is not ours, another one keeps the note. Devices with programs are given
 * by their index, or as {@link ProgramRecord#ITSELF}.
 */
public final class NotedPrograms {
    private static final List<AttachedProgram.Role> ON_THE_CARD = List.of(
            AttachedProgram.Role.CARD_GUARD, AttachedProgram.Role.CARD_WITNESS, AttachedProgram.Role.DIRECT_GUARD);

    private final Links links;
    private final ProgramHooks hooks;

    public NotedPrograms(Links links, ProgramHooks hooks) {
        this.links = links;
        this.hooks = hooks;
    }

    /**
     * The names of the programs in one place, in the note's order; empty when they are not all attached, or earlier ones beside them.
     *
     * @param keeper the device with the note
     */
    public List<String> names(Link keeper, ProgramRecord.Place place) {
        for (ProgramRecord.Entry program : place.programs()) {
            // Earlier ones that are still there would have their say on every frame.
            if (!attached(keeper, place, program.hook()).equals(List.of(program.id()))) {
                return List.of();
            }
        }
        return place.names();
    }

    /** Whether a monitor that was killed has left a program in front of those of a place. */
    public boolean hasLeftObserver(Link keeper, ProgramRecord.Place place) {
        return place.programs().stream()
                .anyMatch(program -> hooks.hasLeftObserver(index(keeper, place.device()), program.hook()));
    }

    /** The programs of a place that are attached, earlier ones too. */
    private List<Integer> attached(Link keeper, ProgramRecord.Place place, Tcx.Hook hook) {
        try {
            List<Integer> attached = new ArrayList<>(hooks.attached(index(keeper, place.device()), hook));
            attached.retainAll(place.ids());
            return attached;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENODEV || place.device() == ProgramRecord.ITSELF) {
                throw e;
            }
            return List.of(); // they went with the device
        }
    }

    private static int index(Link keeper, int device) {
        return device == ProgramRecord.ITSELF ? keeper.index() : device;
    }

    /**
     * What the programs in a device's note have counted; nothing when they are not attached.
     *
     * @throws FanException NOT_PERMITTED when the counters cannot be opened
     */
    public Map<Counter, Long> counters(Link keeper) {
        Map<Counter, Long> sums = new EnumMap<>(Counter.class);
        eachMap(
                keeper,
                map -> FanPrograms.counters(map).forEach((counter, count) -> sums.merge(counter, count, Long::sum)));
        return sums;
    }

    /**
     * When the programs in a device's note have last dropped something that somebody should look at.
     *
     * @throws FanException NOT_PERMITTED when the counters cannot be opened
     */
    public Map<Counter, Instant> lastDrops(Link keeper) {
        Map<Counter, Instant> times = new EnumMap<>(Counter.class);
        eachMap(
                keeper,
                map -> FanPrograms.lastDrops(map)
                        .forEach((counter, time) -> times.merge(counter, time, (a, b) -> a.isAfter(b) ? a : b)));
        return times;
    }

    /**
     * Lets the programs in a device's note count from zero.
     *
     * @throws FanException NOT_PERMITTED when the counters cannot be opened
     */
    public void resetCounters(Link keeper) {
        eachMap(keeper, FanPrograms::reset);
    }

    private void eachMap(Link keeper, Consumer<BpfMap> work) {
        Set<Integer> seen = new HashSet<>();
        for (ProgramRecord.Place place : ProgramRecord.in(keeper.alias()).places()) {
            if (!names(keeper, place).isEmpty() && seen.add(place.counters())) {
                try (BpfMap counters = CounterPins.open(place.counters()).orElseThrow(() -> notPermitted(keeper))) {
                    work.accept(counters);
                }
            }
        }
    }

    private static FanException notPermitted(Link keeper) {
        return new FanException(
                FanException.Reason.NOT_PERMITTED,
                "the counters of " + keeper.name()
                        + " can be read and reset with CAP_SYS_ADMIN only, unless the directory "
                        + CounterPins.DIRECTORY
                        + " is there when the fan comes up; try sudo");
    }

    /** The counters that new programs shall go on with, wherever they are: those of the device with the note. */
    public static Optional<BpfMap> countersToKeep(Link keeper) {
        try {
            return ProgramRecord.in(keeper.alias())
                    .at(ProgramRecord.ITSELF)
                    .flatMap(place -> CounterPins.open(place.counters()));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Attaches programs in their order, each in the place of one of ours. */
    public void attach(Link keeper, int device, FanPrograms programs) {
        ProgramRecord note = withoutGone(ProgramRecord.in(keeper.alias()));
        Optional<ProgramRecord.Place> before = note.at(device);
        List<Integer> earlier = new ArrayList<>();
        for (Tcx.Hook hook : Tcx.Hook.values()) {
            before.ifPresent(place -> earlier.addAll(attached(keeper, place, hook)));
        }
        int index = index(keeper, device);
        boolean foreign = device != ProgramRecord.ITSELF;
        boolean clsact = foreign && (hooks.needsClsact(index) || isClsactOurs(index));
        CounterPins.pin(programs.counters());
        // Noted first: whoever kills us in between leaves no program that nobody knows.
        ProgramRecord.Place place = ProgramRecord.place(device, clsact, programs, earlier);
        write(keeper, note.with(place));
        for (int i = 0; i < place.programs().size(); i++) {
            hooks.attach(
                    index,
                    place.programs().get(i).hook(),
                    programs.all().get(i),
                    place.ids(),
                    foreign ? keeper.index() : ProgramHooks.OWN_DEVICE,
                    clsact);
        }
        if (!earlier.isEmpty()) {
            write(keeper, note.with(place.withoutEarlier()));
        }
        sweep(links);
    }

    /** Whichever fan made it: the last one that has programs there takes it away. */
    private boolean isClsactOurs(int device) {
        for (Link link : links.list()) {
            Optional<ProgramRecord.Place> place = ProgramRecord.in(link.alias()).at(device);
            if (place.isPresent() && place.get().clsact()) {
                return true;
            }
        }
        return hooks.isClsactOurs(device);
    }

    public void detach(Link keeper, int device) {
        ProgramRecord note = ProgramRecord.in(keeper.alias());
        Optional<ProgramRecord.Place> place = note.at(device);
        if (place.isPresent()) {
            for (Tcx.Hook hook : Tcx.Hook.values()) {
                for (int id : attached(keeper, place.get(), hook)) {
                    hooks.detach(index(keeper, device), hook, id);
                }
            }
            if (place.get().clsact()) {
                hooks.deleteClsact(device);
            }
            write(keeper, note.without(device));
            sweep(links);
        }
    }

    /** The numbers of the programs of monitors on a device, for what it receives. */
    public Set<Integer> observerIds(int device) {
        return hooks.observers(device, Tcx.Hook.INGRESS);
    }

    public void detachStrays(int device, Set<Integer> recorded) {
        List<AttachedProgram> strays = strays(device, recorded);
        boolean clsact = !strays.isEmpty() && hooks.isClsactOurs(device);
        for (AttachedProgram stray : strays) {
            hooks.detach(device, stray.role().hook(), stray.id());
        }
        if (clsact) {
            hooks.deleteClsact(device);
        }
    }

    /**
     * The programs of ours on a device of somebody else that no record knows; none where names may not be asked for.
     *
     * @param recorded the numbers of all programs that records know
     */
    public List<AttachedProgram> strays(int device, Set<Integer> recorded) {
        List<AttachedProgram> strays = new ArrayList<>();
        try {
            for (AttachedProgram.Role role : ON_THE_CARD) {
                for (int id : hooks.attached(device, role.hook())) {
                    if (!recorded.contains(id)) {
                        AttachedProgram program = AttachedProgram.ofId(id);
                        if (program.role() == role) {
                            strays.add(program);
                        }
                    }
                }
            }
        } catch (ErrnoException e) {
            // Names may not be asked for, or a program or the device has gone meanwhile.
            if (e.errno() != Errno.EPERM && e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
        return strays;
    }

    private void write(Link keeper, ProgramRecord note) {
        links.setAlias(keeper.index(), note.appendedTo(keeper.alias()));
    }

    /** An index is not given twice, so what is said of a device that has gone only takes room. */
    private ProgramRecord withoutGone(ProgramRecord note) {
        ProgramRecord rest = note;
        for (ProgramRecord.Place place : note.places()) {
            if (place.device() != ProgramRecord.ITSELF
                    && links.byIndex(place.device()).isEmpty()) {
                rest = rest.without(place.device());
            }
        }
        return rest;
    }

    /** Forgets the counters of devices that have gone, or have others now. */
    public static void sweep(Links links) {
        if (Files.isDirectory(CounterPins.DIRECTORY)) {
            Set<Integer> kept = new HashSet<>();
            for (Link link : links.list()) {
                for (ProgramRecord.Place place : ProgramRecord.in(link.alias()).places()) {
                    kept.add(place.counters());
                }
            }
            CounterPins.sweep(kept);
        }
    }
}
