package io.fanatic.harness.lab;

import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes labs away, by what is written down about them. The caller holds the {@link LabLock}. */
final class Sweep {

    private Sweep() {}

    /** Those whose owner is dead; tells their names. */
    static List<String> all() {
        List<String> swept = new ArrayList<>();
        for (String name : LabState.names()) {
            Optional<LabState> state = LabState.read(name);
            if (state.isPresent() && state.get().orphaned()) {
                one(state.get());
                swept.add(name);
            }
        }
        return swept;
    }

    /** Removes one lab, whichever process owns it, and reports which processes had to be ended. */
    static List<String> one(LabState state) {
        List<Namespace> namespaces = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (String name : state.namespaces()) {
            // Containers have no pin: what is not there is neither searched nor deleted.
            Path pin = state.pin(name);
            Namespace namespace = new Namespace(Namespace.named(name).network(), Optional.of(pin));
            namespaces.add(namespace);
            files.add(namespace.network());
            files.add(pin);
        }
        List<String> ended = new ArrayList<>();
        try (LabProcesses processes = new LabProcesses(files)) {
            ended.addAll(processes.end());
            namespaces.forEach(Namespace::delete);
            ended.addAll(processes.endLatecomers());
        }
        Namespace.removePins(state.pins());
        state.delete();
        return ended;
    }
}
