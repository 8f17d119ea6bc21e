package io.fanatic.cli.container;

import java.util.List;

/** Whether a Docker on this host would drop what other engines' containers send over the fan. */
final class DockerForwarding {
    private DockerForwarding() {}

    static List<String> warnings(FanAttachment fan) {
        return List.of();
    }
}
