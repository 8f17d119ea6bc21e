package io.fanatic.cli.setup;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.HostLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host as setting up a fan sees it.
 *
 * @param fans its fans
 * @param engines its container engines, in the order of {@link EngineKind}
 * @param file its configuration
 * @param runDirectory for what does not outlive the machine's start
 * @param names what keeps the server for names running
 */
public record Host(
        FanNetwork fans, List<ContainerEngine> engines, FanFile file, Path runDirectory, NamesService names) {

    public Host {
        engines = List.copyOf(engines);
    }

    /** The host that this program runs on. */
    public static Host here(List<ContainerEngine> engines) {
        return new Host(
                FanNetwork.onThisHost(),
                engines,
                new FanFile(Path.of(FanConfig.DEFAULT_FILE), Path.of("/var/lib/fanatic")),
                Path.of("/run/fanatic"),
                NamesService.onThisHost());
    }

    /**
     * Clears what runs that were killed have left in files: temporary ones, and notes about changes that are not there. Waits until no
     * other run changes anything.
     */
    public void sweep(Duration timeout) {
        if (file.hasState()) {
            try (HostLock lock = HostLock.take(runDirectory, "setup.lock", timeout)) {
                file.sweep();
                engines.forEach(ContainerEngine::sweep);
            }
        }
    }

    /** @throws CommandException when this program does not know the engine */
    public ContainerEngine engine(EngineKind kind) {
        for (ContainerEngine engine : engines) {
            if (engine.kind() == kind) {
                return engine;
            }
        }
        throw CommandException.failed(kind.title() + " is not among the container engines of this host");
    }

    /** How an engine stands to a fan; one that this program does not know is absent. */
    public EngineStatus status(EngineKind kind, FanAttachment fan) {
        for (ContainerEngine engine : engines) {
            if (engine.kind() == kind) {
                return engine.status(fan);
            }
        }
        return new EngineStatus(EngineStatus.State.ABSENT, kind.title() + " is not known here");
    }

    /** Every fan of which there is anything on this host: those up, those only configured, those that only an engine is still on. */
    public List<FanState> states() {
        List<FanState> states = new ArrayList<>();
        for (Fan fan : fans.list()) {
            for (FanSlice slice : fan.slices()) {
                states.add(observe(entry(fan, slice)));
            }
        }
        for (FanConfig.Line line : file.read().lines()) {
            if (states.stream().noneMatch(state -> state.configured().equals(Optional.of(line.entry())))) {
                states.add(observe(line.entry()));
            }
        }
        for (ContainerEngine engine : engines) {
            for (FanEntry entry : engine.noted()) {
                FanState state = observe(entry);
                if (states.stream().noneMatch(other -> other.isSame(state))) {
                    states.add(state);
                }
            }
        }
        return states;
    }

    /** How to name each of {@link #states}. */
    public List<FanEntry> entries() {
        List<FanEntry> entries = new ArrayList<>();
        for (FanState state : states()) {
            entries.add(state.configured().orElse(state.entry()));
        }
        return entries;
    }

    /** The fan that an entry means, as it is on this host now. */
    public FanState observe(FanEntry wanted) {
        Optional<UnderlaySpec> address = addressOf(wanted);
        Optional<Fan> fan = address.flatMap(at -> find(wanted.overlay(), at));
        Optional<FanSlice> slice = fan.flatMap(up -> address.flatMap(at -> slice(up, at)));
        FanEntry entry = slice.isPresent() ? entry(fan.orElseThrow(), slice.get()) : wanted;
        return new FanState(entry, slice.isPresent(), configured(wanted, address), enginesOf(entry));
    }

    /** The local address that an entry means; or, when that is gone, the one with which the fan is up. */
    private Optional<UnderlaySpec> addressOf(FanEntry entry) {
        try {
            return Optional.of(fans.resolve(entry.underlay()));
        } catch (FanException e) {
            for (Fan fan : fans.list()) {
                if (fan.overlay().equals(entry.overlay())) {
                    for (FanSlice slice : fan.slices()) {
                        UnderlaySpec own = underlay(fan, slice.underlayAddress());
                        if (own.equals(entry.underlay()) || fan.slices().size() == 1 && covers(entry, fan)) {
                            return Optional.of(own);
                        }
                    }
                }
            }
            return Optional.empty();
        }
    }

    private static boolean covers(FanEntry entry, Fan fan) {
        return entry.underlay().underlay().map(fan.mapping().underlay()::equals).orElse(true);
    }

    private Optional<Fan> find(Ipv4Prefix overlay, UnderlaySpec address) {
        for (Fan fan : fans.list()) {
            if (fan.overlay().equals(overlay) && slice(fan, address).isPresent()) {
                return Optional.of(fan);
            }
        }
        return Optional.empty();
    }

    private static Optional<FanSlice> slice(Fan fan, UnderlaySpec address) {
        for (FanSlice slice : fan.slices()) {
            if (underlay(fan, slice.underlayAddress()).equals(address)) {
                return Optional.of(slice);
            }
        }
        return Optional.empty();
    }

    private static UnderlaySpec underlay(Fan fan, Ipv4Address address) {
        return UnderlaySpec.of(address, fan.mapping().underlay().prefixLength());
    }

    private Optional<FanEntry> configured(FanEntry wanted, Optional<UnderlaySpec> address) {
        Optional<FanEntry> found = Optional.empty();
        for (FanConfig.Line line : file.read().lines()) {
            FanEntry entry = line.entry();
            if (entry.isFan(wanted.overlay(), wanted.underlay())) {
                return Optional.of(entry);
            }
            if (entry.overlay().equals(wanted.overlay())
                    && address.isPresent()
                    && addressOf(entry).equals(address)) {
                found = Optional.of(entry);
            }
        }
        return found;
    }

    /** The entry that brings a fan up as it is. */
    private FanEntry entry(Fan fan, FanSlice slice) {
        FanEntry entry = fan.entryOfAnyMtu(slice);
        return fan.mtu() == 0 || usualMtu(entry) == fan.mtu() ? entry : fan.entry(slice);
    }

    private int usualMtu(FanEntry entry) {
        try {
            return fans.preview(entry).mtu();
        } catch (FanException addressIsGone) {
            return 0;
        }
    }

    private Map<EngineKind, EngineOptions> enginesOf(FanEntry entry) {
        Map<EngineKind, EngineOptions> found = new EnumMap<>(EngineKind.class);
        Optional<FanAttachment> fan = attachmentIfAny(entry);
        for (ContainerEngine engine : fan.isPresent() ? engines : List.<ContainerEngine>of()) {
            if (engine.status(fan.get()).isOurs()) {
                found.put(engine.kind(), engine.options(fan.get()));
            }
        }
        return found;
    }

    private Optional<FanAttachment> attachmentIfAny(FanEntry entry) {
        try {
            return Optional.of(attachment(entry));
        } catch (FanException noSuchAddress) {
            return Optional.empty();
        }
    }

    /**
     * What a container engine must know of a fan: of the one that is up, else as it would be, else as its address says.
     *
     * @throws FanException INVALID when no local address fits
     */
    public FanAttachment attachment(FanEntry entry) {
        Optional<UnderlaySpec> address = addressOf(entry);
        Optional<Fan> up = address.flatMap(at -> find(entry.overlay(), at));
        if (address.isEmpty()) {
            Optional<FanAttachment> gone = FanAttachment.ofGone(entry);
            if (gone.isPresent()) {
                return gone.get();
            }
        }
        Fan fan = up.isPresent() ? up.get() : fans.preview(entry);
        FanSlice slice = slice(fan, address.isPresent() ? address.get() : fans.resolve(entry.underlay()))
                .orElseThrow(() -> new IllegalStateException("the fan " + fan.mapping() + " lacks its own slice"));
        return FanAttachment.of(fan, slice);
    }
}
