package io.fanatic.cli.container;

import io.fanatic.cli.container.journal.Journal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Docker: by a network of its own on the fan's bridge, or with the bridge as the network of plain {@code docker run}. */
final class DockerEngine implements ContainerEngine {
    private final SocketPlaces places;
    private final Path journals;

    DockerEngine(SocketPlaces places, Path journals) {
        this.places = places;
        this.journals = journals;
    }

    @Override
    public EngineKind kind() {
        return EngineKind.DOCKER;
    }

    @Override
    public EngineStatus status(FanAttachment fan) {
        return Standings.status(() -> with(docker -> Standings.of(
                "Docker " + docker.version() + " on " + docker.socket(),
                "network " + fan.bridge(),
                keeper(docker, fan))));
    }

    @Override
    public EnginePlan planEnable(FanAttachment fan, EngineOptions options) {
        return with(docker -> Standings.plan(keeper(docker, fan).enabling()));
    }

    @Override
    public EnginePlan enable(FanAttachment fan, EngineOptions options) {
        return Locked.run(
                () -> with(docker -> Standings.plan(keeper(docker, fan).enable())));
    }

    @Override
    public EnginePlan planDisable(FanAttachment fan) {
        return with(docker -> Standings.plan(keeper(docker, fan).disabling()));
    }

    @Override
    public EnginePlan disable(FanAttachment fan, boolean force) {
        return Locked.run(
                () -> with(docker -> Standings.plan(keeper(docker, fan).disable(force))));
    }

    @Override
    public List<String> containersOn(FanAttachment fan) {
        return with(docker -> docker.containersOn(fan.bridge()));
    }

    @Override
    public TestContainer startTest(FanAttachment fan, Optional<String> image, Consumer<String> progress) {
        return with(docker -> DockerTestContainer.start(docker, fan.bridge(), fan.bridge(), image, progress));
    }

    private Keeper keeper(DockerApi docker, FanAttachment fan) {
        return new Keeper(
                new DockerNetwork(docker, fan, BridgeAddresses.haveOtherSlices(fan)),
                Journal.of(journals, "docker-network-" + fan.bridge()),
                fan);
    }

    private <T> T with(Function<DockerApi, T> work) {
        try (DockerApi docker = DockerApi.open(places.docker())) {
            return work.apply(docker);
        }
    }
}
