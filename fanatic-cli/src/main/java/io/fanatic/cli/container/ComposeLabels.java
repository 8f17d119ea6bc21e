package io.fanatic.cli.container;

import java.util.List;

/** The labels by which Compose, Docker's and podman-compose, says what a container is of. */
public final class ComposeLabels {
    public static final String SERVICE = "com.docker.compose.service";
    public static final String PROJECT = "com.docker.compose.project";

    private ComposeLabels() {}

    /** {@code web} and {@code web.shop} of the service web in the project shop; none where either is empty. */
    public static List<String> names(String service, String project) {
        return service.isEmpty() || project.isEmpty() ? List.of() : List.of(service, service + "." + project);
    }
}
