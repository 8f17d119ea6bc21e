package io.fanatic.cli.engines;

import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.SocketPaths;
import io.fanatic.cli.container.cni.CniEngine;
import io.fanatic.cli.container.docker.DockerEngine;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.cli.container.lxd.LxdEngine;
import io.fanatic.cli.container.podman.ContainersConf;
import io.fanatic.cli.container.podman.PodmanEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

public final class ContainerEngines {

    private ContainerEngines() {}

    /**
     * Those of this host, installed or not, in the order of {@link EngineKind}. Sockets are looked for when something is
     * asked: as DOCKER_HOST, LXD_SOCKET, LXD_DIR, INCUS_SOCKET and INCUS_DIR say, else in the usual places.
     */
    public static List<ContainerEngine> onThisHost() {
        return onThisHost(System.getenv(), Journal.DIRECTORY);
    }

    public static List<ContainerEngine> onThisHost(Map<String, String> environment, Path journals) {
        SocketPaths places = new SocketPaths(environment);
        return List.of(
                new DockerEngine(places, journals),
                new LxdEngine(EngineKind.LXD, places, journals),
                new LxdEngine(EngineKind.INCUS, places, journals),
                new PodmanEngine(journals, new ContainersConf(Path.of("/"))),
                new CniEngine(journals));
    }
}
