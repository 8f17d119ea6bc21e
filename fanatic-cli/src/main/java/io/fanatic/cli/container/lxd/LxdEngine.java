package io.fanatic.cli.container.lxd;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.DaemonEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.HostLocks;
import io.fanatic.cli.container.JournaledResource;
import io.fanatic.cli.container.Misfit;
import io.fanatic.cli.container.SocketPaths;
import io.fanatic.cli.container.StatusMapper;
import io.fanatic.cli.container.TestContainer;
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
public final class LxdEngine extends DaemonEngine<LxdApi> {
    private final SocketPaths places;

    /** @param kind LXD or INCUS */
    public LxdEngine(EngineKind kind, SocketPaths places, Path journals) {
        super(kind, journals, "profile");
        this.places = places;
    }

    @Override
    public EngineStatus status(FanAttachment fan) {
        return StatusMapper.status(
                () -> isNoted(fan),
                () -> with(lxd -> StatusMapper.of(
                        kind().title() + " " + lxd.version() + " on " + lxd.socket(),
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
            throw CommandException.failed(kind().title() + "'s instances get their addresses by DHCP, and "
                    + fan.bridge() + " has no DHCP server; bring the fan up with --dhcp first");
        }
    }

    @Override
    public EnginePlan planDisable(FanAttachment fan) {
        return planRemoval(fan);
    }

    @Override
    public EnginePlan disable(FanAttachment fan, boolean force) {
        return HostLocks.run(() -> removal(fan, force));
    }

    @Override
    public Set<String> stoppedOn(FanAttachment fan) {
        return with(LxdApi::stoppedInstances);
    }

    @Override
    public List<String> containersOn(FanAttachment fan) {
        return containersOn(fan, lxd -> {
            SortedSet<String> names = new TreeSet<>(new LxdProfile(lxd, fan).users());
            lxd.instancesOn(fan.bridge()).forEach(instance -> names.add(instance.toString()));
            return List.copyOf(names);
        });
    }

    @Override
    public List<Misfit> misfits(FanAttachment fan) {
        return isNoted(fan) ? with(lxd -> new LxdProfile(lxd, fan).misfits()) : List.of();
    }

    @Override
    protected boolean isNoted(FanAttachment fan) {
        return journal(fan).read().isPresent();
    }

    @Override
    protected String title(FanAttachment fan) {
        return "the " + kind().title() + " profile " + fan.bridge();
    }

    @Override
    public List<NamedContainer> named(FanAttachment fan) {
        return with(LxdApi::named);
    }

    @Override
    public TestContainer startTest(FanAttachment fan, Optional<String> image, Consumer<String> progress) {
        return with(lxd -> LxdTestContainer.start(lxd, fan, image, progress));
    }

    @Override
    protected JournaledResource keeper(LxdApi lxd, FanAttachment fan) {
        return new JournaledResource(new LxdProfile(lxd, fan), journal(fan), fan);
    }

    @Override
    protected <T> T with(Function<LxdApi, T> work) {
        Path socket = kind() == EngineKind.LXD ? places.lxd() : places.incus();
        try (LxdApi lxd = LxdApi.open(kind(), socket)) {
            return work.apply(lxd);
        }
    }
}
