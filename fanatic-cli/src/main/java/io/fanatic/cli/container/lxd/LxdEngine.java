package io.fanatic.cli.container.lxd;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.EngineUnavailableException;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.HostLocks;
import io.fanatic.cli.container.JournaledResource;
import io.fanatic.cli.container.Misfit;
import io.fanatic.cli.container.SocketPaths;
import io.fanatic.cli.container.StatusMapper;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.core.FanEntry;
import io.fanatic.netlink.names.NamedContainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** LXD or Incus: by a profile. Their instances get addresses from the fan's DHCP server. */
public final class LxdEngine implements ContainerEngine {
    private final EngineKind kind;
    private final SocketPaths places;
    private final Path journals;

    /** @param kind LXD or INCUS */
    public LxdEngine(EngineKind kind, SocketPaths places, Path journals) {
        this.kind = kind;
        this.places = places;
        this.journals = journals;
    }

    @Override
    public void sweep() {
        Journal.sweep(journals);
    }

    @Override
    public EngineKind kind() {
        return kind;
    }

    @Override
    public EngineStatus status(FanAttachment fan) {
        return StatusMapper.status(
                () -> isNoted(fan),
                () -> with(lxd -> StatusMapper.of(
                        kind.title() + " " + lxd.version() + " on " + lxd.socket(),
                        "profile " + fan.bridge(),
                        keeper(lxd, fan))));
    }

    @Override
    public EnginePlan planEnable(FanAttachment fan, EngineOptions options) {
        requireDhcp(fan);
        return with(lxd -> StatusMapper.plan(keeper(lxd, fan).enabling()));
    }

    @Override
    public EnginePlan enable(FanAttachment fan, EngineOptions options) {
        requireDhcp(fan);
        return HostLocks.run(
                () -> with(lxd -> StatusMapper.plan(keeper(lxd, fan).enable())));
    }

    private void requireDhcp(FanAttachment fan) {
        if (!fan.dhcp()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    kind.title() + "'s instances get their addresses by DHCP, and " + fan.bridge()
                            + " has no DHCP server; bring the fan up with --dhcp first");
        }
    }

    @Override
    public EnginePlan planDisable(FanAttachment fan) {
        try {
            return with(lxd -> StatusMapper.plan(keeper(lxd, fan).disabling()));
        } catch (EngineUnavailableException e) {
            return isNoted(fan)
                    ? StatusMapper.plan(StatusMapper.disablingUnusable(e, title(fan)))
                    : EnginePlan.nothing();
        }
    }

    @Override
    public EnginePlan disable(FanAttachment fan, boolean force) {
        return HostLocks.run(() -> {
            try {
                return with(lxd -> StatusMapper.plan(keeper(lxd, fan).disable(force)));
            } catch (EngineUnavailableException e) {
                return isNoted(fan)
                        ? StatusMapper.plan(StatusMapper.disableUnusable(e, title(fan), journal(fan), force))
                        : EnginePlan.nothing();
            }
        });
    }

    @Override
    public Set<String> stoppedOn(FanAttachment fan) {
        return with(LxdApi::stoppedInstances);
    }

    @Override
    public List<String> containersOn(FanAttachment fan) {
        try {
            return with(lxd -> {
                SortedSet<String> names = new TreeSet<>(new LxdProfile(lxd, fan).users());
                lxd.instancesOn(fan.bridge()).forEach(instance -> names.add(instance.toString()));
                return List.copyOf(names);
            });
        } catch (EngineUnavailableException e) {
            if (isNoted(fan) && !e.isAbsent()) {
                throw StatusMapper.remains(e, title(fan));
            }
            return List.of();
        }
    }

    @Override
    public List<Misfit> misfits(FanAttachment fan) {
        return isNoted(fan) ? with(lxd -> new LxdProfile(lxd, fan).misfits()) : List.of();
    }

    @Override
    public List<FanEntry> noted() {
        return StatusMapper.noted(Journal.all(journals, kind.word() + "-profile-"));
    }

    private boolean isNoted(FanAttachment fan) {
        return journal(fan).read().isPresent();
    }

    private Journal journal(FanAttachment fan) {
        return Journal.of(journals, kind.word() + "-profile-" + fan.bridge());
    }

    private String title(FanAttachment fan) {
        return "the " + kind.title() + " profile " + fan.bridge();
    }

    @Override
    public List<NamedContainer> named(FanAttachment fan) {
        return with(LxdApi::named);
    }

    @Override
    public TestContainer startTest(FanAttachment fan, Optional<String> image, Consumer<String> progress) {
        return with(lxd -> LxdTestContainer.start(lxd, fan, image, progress));
    }

    private JournaledResource keeper(LxdApi lxd, FanAttachment fan) {
        return new JournaledResource(new LxdProfile(lxd, fan), journal(fan), fan);
    }

    private <T> T with(Function<LxdApi, T> work) {
        Path socket = kind == EngineKind.LXD ? places.lxd() : places.incus();
        try (LxdApi lxd = LxdApi.open(kind, socket)) {
            return work.apply(lxd);
        }
    }
}
