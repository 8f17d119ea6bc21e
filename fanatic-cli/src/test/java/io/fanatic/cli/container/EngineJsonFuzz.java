package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.docker.DockerNetwork;
import io.fanatic.cli.container.http.Json;
import io.fanatic.cli.container.lxd.LxdApi;
import io.fanatic.cli.container.lxd.LxdProfile;
import io.fanatic.cli.container.podman.ContainersConf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Any text as the JSON of a container engine, read as networks, profiles and so on; and as Docker's and Podman's settings.
 * Documented: {@link CommandException}.
 */
public final class EngineJsonFuzz {
    private static final String WANTED = "{\"name\": \"fan-250\", \"devices\": {\"eth0\": {\"mtu\": \"1450\"}}}";

    private EngineJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        ContainersConf.network(List.of(text.split("\n", -1)), "default_network", "");
        Difference.description(WANTED, text);
        LxdApi.Instance.parse(text).ifPresent(instance -> check(!instance.path().isEmpty(), "no path"));
        Json json;
        try {
            json = Json.parse("the answer", text);
        } catch (CommandException documented) {
            return;
        }
        for (String canonical : List.of(DockerNetwork.canonical(json), LxdProfile.canonical(json))) {
            // It is compared with what we would ask for, so it must be stable.
            Json.parse("canonical", canonical);
        }
        check(
                DockerNetwork.canonical(Json.parse("", DockerNetwork.canonical(json)))
                        .equals(DockerNetwork.canonical(json)),
                "Docker's network changes when it is read again");
        for (String name : json.names()) {
            json.number(name);
            json.textOr(name, "");
            json.isTrue(name);
            json.at(name).texts();
            json.at(name).list();
            try {
                json.text(name);
            } catch (CommandException documented) {
                // No text.
            }
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
