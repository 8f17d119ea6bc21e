package io.fanatic.cli.setup;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.core.FanEntry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * One fan with all that belongs to it, as it is or as it should be: on one underlay address of this host.
 *
 * @param entry the fan, with the options that it has or is to have
 * @param up whether it is up
 * @param configured its line in /etc/network/fan, as it is written there
 * @param engines the container engines on it
 */
public record FanState(
        FanEntry entry, boolean up, Optional<FanEntry> configured, Map<EngineKind, EngineOptions> engines) {

    public FanState {
        engines = Map.copyOf(engines);
    }

    /** This fan with nothing left of it. */
    public FanState gone() {
        return new FanState(entry, false, Optional.empty(), Map.of());
    }

    /** This fan up and configured as the entry says, with these engines. */
    public FanState as(FanEntry wanted, Map<EngineKind, EngineOptions> wantedEngines) {
        return new FanState(wanted, true, Optional.of(wanted), wantedEngines);
    }

    /** This fan as it is, with names of containers served or not. */
    public FanState withNames(boolean served) {
        return new FanState(named(entry, served), up, configured.map(line -> named(line, served)), engines);
    }

    private static FanEntry named(FanEntry entry, boolean served) {
        return entry.withOptions(entry.options().withNames(served));
    }

    /** Whether its names are to be served. */
    boolean names() {
        return up && entry.options().names()
                || configured.filter(line -> line.options().names()).isPresent();
    }

    public FanState withoutEngine(EngineKind kind) {
        Map<EngineKind, EngineOptions> fewer = new EnumMap<>(EngineKind.class);
        fewer.putAll(engines);
        fewer.remove(kind);
        return new FanState(entry, up, configured, fewer);
    }

    /** Whether there is anything of it on the host. */
    public boolean present() {
        return up || configured.isPresent() || !engines.isEmpty();
    }

    /** Whether another state is of the same overlay on the same underlay address. */
    boolean isSame(FanState other) {
        return entry.isFan(other.entry.overlay(), other.entry.underlay())
                || configured.isPresent() && configured.equals(other.configured);
    }

    /** {@code 250.0.0.0/8 over 10.0.0.45/16}. */
    public String name() {
        return entry.overlay() + " over " + entry.underlay();
    }
}
