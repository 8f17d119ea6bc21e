package io.fanatic.netlink.engine;

import io.fanatic.core.Counter;
import io.fanatic.netlink.bpf.BpfMap;
import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.ProgramRecord;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The programs on our devices, attached and found again with CAP_NET_ADMIN and CAP_BPF alone: by the {@link ProgramRecord} in the device's
 * alias.
 */
final class NotedPrograms {
    private final Links links;
    private final ProgramHooks hooks;

    NotedPrograms(Links links, ProgramHooks hooks) {
        this.links = links;
        this.hooks = hooks;
    }

    /** The names of a device's programs in the note's order; empty when they are not all attached, or earlier ones beside them. */
    List<String> names(Link device) {
        Optional<ProgramRecord> note = ProgramRecord.in(device.alias());
        if (note.isEmpty()) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (ProgramRecord.Entry program : note.get().programs()) {
            List<Integer> attached = hooks.attached(device.index(), program.hook());
            attached = new ArrayList<>(attached);
            attached.retainAll(note.get().ids());
            // Earlier ones that are still there would have their say on every frame.
            if (!attached.equals(List.of(program.id()))) {
                return List.of();
            }
            names.add(program.name());
        }
        return names;
    }

    /**
     * What a device's programs have counted; nothing when they are not attached.
     *
     * @throws FanException NOT_PERMITTED when the counters cannot be opened
     */
    Map<Counter, Long> counters(Link device) {
        if (names(device).isEmpty()) {
            return Map.of();
        }
        try (BpfMap counters = CounterPins.open(ProgramRecord.in(device.alias()).orElseThrow())
                .orElseThrow(() -> new FanException(
                        FanException.Reason.NOT_PERMITTED,
                        "the counters of " + device.name()
                                + " can be read with CAP_SYS_ADMIN only, unless the directory " + CounterPins.DIRECTORY
                                + " is there when the fan comes up; try sudo"))) {
            return FanPrograms.counters(counters);
        }
    }

    /** The counters that new programs on a device shall go on with. */
    static Optional<BpfMap> countersToKeep(Link device) {
        try {
            return ProgramRecord.in(device.alias()).flatMap(CounterPins::open);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Attaches programs in their order, each in the place of one of ours. */
    void attach(Link device, List<BpfProgram> programs, BpfMap counters) {
        Set<Integer> ours =
                ProgramRecord.in(device.alias()).map(ProgramRecord::ids).orElse(Set.of());
        List<Integer> earlier = new ArrayList<>();
        for (Tcx.Hook hook : Tcx.Hook.values()) {
            earlier.addAll(hooks.attached(device.index(), hook));
        }
        earlier.retainAll(ours);
        CounterPins.pin(counters);
        // Noted first: whoever kills us in between leaves no program that nobody knows.
        ProgramRecord note = ProgramRecord.of(programs, counters, earlier);
        links.setAlias(device.index(), note.appendedTo(device.alias()));
        for (int i = 0; i < programs.size(); i++) {
            hooks.attach(device.index(), note.programs().get(i).hook(), programs.get(i), note.ids());
        }
        if (!earlier.isEmpty()) {
            ProgramRecord alone = new ProgramRecord(note.programs(), note.counters(), List.of());
            links.setAlias(device.index(), alone.appendedTo(device.alias()));
        }
        sweep();
    }

    void detach(Link device) {
        Optional<ProgramRecord> note = ProgramRecord.in(device.alias());
        if (note.isPresent()) {
            for (Tcx.Hook hook : Tcx.Hook.values()) {
                for (int id : hooks.attached(device.index(), hook)) {
                    if (note.get().ids().contains(id)) {
                        hooks.detach(device.index(), hook, id);
                    }
                }
            }
            links.setAlias(device.index(), ProgramRecord.without(device.alias()));
            sweep();
        }
    }

    /** After a device has gone or its counters are others. */
    private void sweep() {
        sweep(links);
    }

    static void sweep(Links links) {
        if (Files.isDirectory(CounterPins.DIRECTORY)) {
            Set<Integer> kept = new HashSet<>();
            for (Link link : links.list()) {
                ProgramRecord.in(link.alias()).ifPresent(note -> kept.add(note.counters()));
            }
            CounterPins.sweep(kept);
        }
    }
}
