package io.fanatic.cli.container.docker;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.PauseProgram;
import io.fanatic.cli.container.TarFile;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Docker's test container. It opens a connection of its own to be destroyed by, which also works from a shutdown hook. */
record DockerTestContainer(Path socket, String id, Ipv4Address address, Namespace namespace) implements TestContainer {
    private static final String LABEL = "io.fanatic.test";
    private static final String PAUSE = "fanatic-pause";

    /**
     * Starts it.
     *
     * @param network what {@code docker run --network} would be given
     */
    static DockerTestContainer start(
            DockerApi docker, String network, Optional<String> image, Consumer<String> progress) {
        docker.container(NAME).ifPresent(old -> {
            if (old.at("Config", "Labels").textOr(LABEL, "").isEmpty()) {
                throw CommandException.conflict(
                        "there is a Docker container " + NAME + " that is not one of fanatic's tests; rename it first");
            }
            docker.removeContainer(NAME);
        });
        String from = DockerImage.find(docker, image, progress);
        String id = docker.createContainer(NAME, request(from, network));
        try {
            Optional<byte[]> pause = PauseProgram.forThisMachine();
            pause.ifPresent(program -> docker.copyInto(id, TarFile.ofProgram(PAUSE, program)));
            docker.startContainer(id);
            Json started =
                    docker.container(id).orElseThrow(() -> CommandException.failed("the test container is gone"));
            OptionalLong pid = started.at("State").number("Pid");
            if (pid.orElse(0) == 0) {
                throw CommandException.failed("the test container of the image " + from + " ended at once: exit code "
                        + started.at("State").number("ExitCode").orElse(-1) + "; choose another with --image");
            }
            String address = started.at("NetworkSettings", "Networks", network).text("IPAddress");
            return new DockerTestContainer(
                    docker.socket(),
                    id,
                    Ipv4Address.parse(address),
                    new Namespace(Path.of("/proc/" + pid.getAsLong() + "/ns/net"), Optional.empty()));
        } catch (IllegalArgumentException e) {
            docker.removeContainer(id);
            throw CommandException.failed(
                    "Docker gave the test container no address: " + HttpAnswer.oneLine("" + e.getMessage()));
        } catch (RuntimeException | Error e) {
            docker.removeContainer(id);
            throw e;
        }
    }

    private static JsonObject request(String image, String network) {
        boolean pauses = PauseProgram.forThisMachine().isPresent();
        JsonObject container = new JsonObject();
        container.addProperty("Image", image);
        container.add("Entrypoint", JsonValues.array(pauses ? "/" + PAUSE : "sleep"));
        container.add("Cmd", pauses ? JsonValues.array() : JsonValues.array("2000000000"));
        container.add("Labels", JsonValues.object(LABEL, "1"));
        container.add("Healthcheck", JsonValues.object("Test", JsonValues.array("NONE")));
        container.add("HostConfig", JsonValues.object("NetworkMode", network));
        return container;
    }

    @Override
    public void close() {
        try (DockerApi docker = DockerApi.open(socket)) {
            docker.removeContainer(id);
        }
    }
}
