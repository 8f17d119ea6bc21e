package io.fanatic.cli.container.docker;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.DaemonEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.EngineUnavailableException;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.HostLocks;
import io.fanatic.cli.container.JournaledResource;
import io.fanatic.cli.container.SocketPaths;
import io.fanatic.cli.container.StatusMapper;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.core.FanEntry;
import io.fanatic.netlink.host.RouterAdvertisements;
import io.fanatic.netlink.names.NamedContainer;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Docker: by a network of its own on the fan's bridge, or with the bridge as the network of plain {@code docker run}. */
public final class DockerEngine extends DaemonEngine<DockerApi> {
    private final SocketPaths places;
    private final Path journals;

    public DockerEngine(SocketPaths places, Path journals) {
        super(EngineKind.DOCKER, journals, "network");
        this.places = places;
        this.journals = journals;
    }

    @Override
    public EngineStatus status(FanAttachment fan) {
        return StatusMapper.status(() -> isNoted(fan), () -> {
            if (!bridge(fan).isNoted()) {
                return with(docker -> StatusMapper.of(who(docker), "network " + fan.bridge(), keeper(docker, fan)));
            }
            try {
                return with(docker -> bridge(fan).status(Optional.of(docker), who(docker)));
            } catch (EngineUnavailableException e) {
                String words = DockerLog.lastWords()
                        .map(last -> "; its last words: " + last)
                        .orElse("");
                return bridge(fan).status(Optional.empty(), e.getMessage() + words);
            }
        });
    }

    private static String who(DockerApi docker) {
        return "Docker " + docker.version() + " on " + docker.socket();
    }

    @Override
    public EngineOptions options(FanAttachment fan) {
        return new EngineOptions(bridge(fan).isNoted());
    }

    @Override
    public EnginePlan planEnable(FanAttachment fan, EngineOptions options) {
        return with(docker -> {
            requireDefaultRouteStays(fan);
            if (options.defaultBridge()) {
                List<String> before = ours(docker, fan) ? keeper(docker, fan).disabling() : List.of();
                return before.isEmpty() ? bridge(fan).planEnable(docker) : after(before, fan, docker);
            }
            requireNotDefault(fan);
            return StatusMapper.plan(keeper(docker, fan).enabling());
        });
    }

    /** The change from a network of its own to the default one: the first is in the second's way until it is gone. */
    private EnginePlan after(List<String> steps, FanAttachment fan, DockerApi docker) {
        EnginePlan plan = bridge(fan).planEnable(docker, fan.bridge());
        List<String> all = new ArrayList<>(steps);
        all.addAll(plan.steps());
        return new EnginePlan(all, plan.warnings(), plan.restarts());
    }

    @Override
    public EnginePlan enable(FanAttachment fan, EngineOptions options) {
        return HostLocks.run(() -> with(docker -> {
            requireDefaultRouteStays(fan);
            if (options.defaultBridge()) {
                EnginePlan whole = planEnable(fan, options);
                if (ours(docker, fan)) {
                    keeper(docker, fan).disable(false);
                }
                bridge(fan).enable(docker);
                return whole;
            }
            requireNotDefault(fan);
            return StatusMapper.plan(keeper(docker, fan).enable());
        }));
    }

    private boolean ours(DockerApi docker, FanAttachment fan) {
        JournaledResource.Standing standing = keeper(docker, fan).standing();
        return standing == JournaledResource.Standing.OURS || standing == JournaledResource.Standing.OUTDATED;
    }

    /** The overlay can be the subnet of one of Docker's networks only. */
    private void requireNotDefault(FanAttachment fan) {
        if (bridge(fan).isNoted()) {
            throw CommandException.conflict("plain docker run is on the fan " + fan.bridge()
                    + " already, so there can be no network beside it; disable Docker first");
        }
    }

    /** Docker switches forwarding of IPv6 on as soon as a network of its has IPv6. */
    private static void requireDefaultRouteStays(FanAttachment fan) {
        List<String> devices = fan.ipv6().isPresent() ? RouterAdvertisements.devicesLosingDefaultRoute() : List.of();
        if (!devices.isEmpty()) {
            String device = devices.get(0);
            throw CommandException.conflict(
                    "Docker would switch on forwarding of IPv6, with which this host would lose its default route by "
                            + device + ", which a router advertises; set net.ipv6.conf." + device
                            + ".accept_ra to 2 first, also in /etc/sysctl.d");
        }
    }

    /** A Docker in a network namespace of its own, as a rootless one is, cannot reach this host's bridge. */
    private static void requireThisHost(DockerApi docker) {
        try {
            Path theirs = Files.readSymbolicLink(Path.of("/proc/" + docker.peer() + "/ns/net"));
            if (!theirs.equals(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")))) {
                throw EngineUnavailableException.because("the Docker on " + docker.socket()
                        + " has a network of its own, as a rootless one has, and cannot be put on this host's fan");
            }
        } catch (IOException unknown) {
            // Not allowed to look, or gone: what follows will tell.
        }
    }

    @Override
    public EnginePlan planDisable(FanAttachment fan) {
        EnginePlan plan =
                bridge(fan).isNoted() ? withIfRunning(docker -> bridge(fan).planDisable(docker)) : planRemoval(fan);
        return plan.isEmpty()
                ? plan
                : withoutBridge(fan, plan).warning(DockerForwarding.warningsWithout(fan, journals));
    }

    /** Docker keeps a bridge that was there before its network, and makes one for its network while the fan is down. */
    private static EnginePlan withoutBridge(FanAttachment fan, EnginePlan plan) {
        if (plan.isEmpty() || !SpareBridge.isThere(fan)) {
            return plan;
        }
        List<String> steps = new ArrayList<>(plan.steps());
        steps.add("delete the bridge " + fan.bridge() + ", which is no fan's any more");
        return new EnginePlan(steps, plan.warnings(), plan.restarts());
    }

    @Override
    public EnginePlan disable(FanAttachment fan, boolean force) {
        return HostLocks.run(() -> {
            boolean spare = SpareBridge.isThere(fan);
            EnginePlan done = bridge(fan).isNoted()
                    ? withIfRunning(docker -> bridge(fan).disable(docker, force))
                    : removal(fan, force);
            EnginePlan whole = spare ? withoutBridge(fan, done) : done;
            if (spare && !done.isEmpty()) {
                SpareBridge.remove(fan);
            }
            return whole;
        });
    }

    @Override
    public Set<String> stoppedOn(FanAttachment fan) {
        return with(DockerApi::stoppedContainers);
    }

    @Override
    public List<String> containersOn(FanAttachment fan) {
        if (bridge(fan).isNoted()) {
            // It can be taken off the fan also while it does not run, and then nobody is on it.
            return withIfRunning(docker -> docker.map(running -> running.containersOnBridge(fan.bridge()))
                    .orElse(List.of()));
        }
        return containersOn(fan, docker -> docker.containersOnBridge(fan.bridge()));
    }

    @Override
    public List<FanEntry> noted() {
        List<FanEntry> noted = new ArrayList<>(super.noted());
        noted.addAll(StatusMapper.noted(Journal.all(journals, DockerDefaultBridge.NOTE)));
        return noted;
    }

    @Override
    public List<NamedContainer> named(FanAttachment fan) {
        return with(DockerApi::named);
    }

    @Override
    public TestContainer startTest(FanAttachment fan, Optional<String> image, Consumer<String> progress) {
        return with(docker -> DockerTestContainer.start(docker, network(docker, fan), image, progress));
    }

    /** The network of Docker's that is on the fan. */
    private String network(DockerApi docker, FanAttachment fan) {
        return bridge(fan).runsOnFan(docker) ? DockerDefaultBridge.NETWORK : fan.bridge();
    }

    private DockerDefaultBridge bridge(FanAttachment fan) {
        return new DockerDefaultBridge(journals, fan);
    }

    @Override
    protected JournaledResource keeper(DockerApi docker, FanAttachment fan) {
        return new JournaledResource(new DockerNetwork(docker, fan, hasOtherSlices(fan)), journal(fan), fan);
    }

    /** By a network of its own. */
    @Override
    protected boolean isNoted(FanAttachment fan) {
        return journal(fan).exists();
    }

    @Override
    protected String title(FanAttachment fan) {
        return "the Docker network " + fan.bridge();
    }

    @Override
    protected <T> T with(Function<DockerApi, T> work) {
        try (DockerApi docker = DockerApi.open(places.docker())) {
            requireThisHost(docker);
            return work.apply(docker);
        }
    }

    private <T> T withIfRunning(Function<Optional<DockerApi>, T> work) {
        DockerApi docker;
        try {
            docker = DockerApi.open(places.docker());
        } catch (EngineUnavailableException down) {
            return work.apply(Optional.empty());
        }
        try (docker) {
            return work.apply(Optional.of(docker));
        }
    }

    /** Whether the bridge has addresses of other slices; the host reserve of this one does not count. */
    private static boolean hasOtherSlices(FanAttachment fan) {
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            return new Links(netlink)
                    .named(fan.bridge()).stream()
                            .flatMap(link -> new Addresses(netlink)
                                    .list().stream().filter(address -> address.index() == link.index()))
                            .map(InterfaceAddress::address)
                            .anyMatch(address -> !fan.slice().cidr().contains(address));
        }
    }
}
