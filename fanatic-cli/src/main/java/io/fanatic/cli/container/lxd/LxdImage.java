package io.fanatic.cli.container.lxd;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.container.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Finds an image for the test instance of LXD or Incus. */
final class LxdImage {
    /** What the command-line tools know these names as; the daemons do not. */
    private static final Map<String, String> LXD_SERVERS =
            Map.of("ubuntu", "https://cloud-images.ubuntu.com/releases", "images", "https://images.lxd.canonical.com");

    private static final Map<String, String> INCUS_SERVERS = Map.of("images", "https://images.linuxcontainers.org");

    private LxdImage() {}

    /** Where the instance is to come from, as the interface wants it. */
    static JsonObject source(LxdApi lxd, Optional<String> given, Consumer<String> progress) {
        List<Json> local = lxd.images();
        Optional<String> fingerprint = given.isPresent() ? named(local, given.get()) : usual(local);
        if (fingerprint.isPresent()) {
            return JsonValues.object("type", "image", "fingerprint", fingerprint.get());
        }
        String remote = given.orElse(lxd.kind() == EngineKind.LXD ? "ubuntu:24.04" : "images:alpine/edge");
        int colon = remote.indexOf(':');
        String server = (lxd.kind() == EngineKind.LXD ? LXD_SERVERS : INCUS_SERVERS)
                .getOrDefault(remote.substring(0, Math.max(0, colon)), "");
        if (server.isEmpty()) {
            throw CommandException.failed(lxd.kind().title() + " has no image " + remote
                    + "; name one that is here with --image, or images:NAME");
        }
        progress.accept("pulling " + remote);
        return JsonValues.object(
                "type",
                "image",
                "mode",
                "pull",
                "protocol",
                "simplestreams",
                "server",
                server,
                "alias",
                remote.substring(colon + 1));
    }

    private static Optional<String> named(List<Json> images, String name) {
        for (Json image : images) {
            if (aliases(image).contains(name) || image.text("fingerprint").startsWith(name)) {
                return Optional.of(image.text("fingerprint"));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> usual(List<Json> images) {
        for (String usual : TestContainer.USUAL_IMAGES) {
            for (Json image : images) {
                boolean container = image.textOr("type", "container").equals("container");
                String system = image.at("properties").textOr("os", "").toLowerCase(Locale.ROOT);
                boolean fits =
                        system.equals(usual) || aliases(image).stream().anyMatch(alias -> alias.startsWith(usual));
                if (container && fits) {
                    return Optional.of(image.text("fingerprint"));
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> aliases(Json image) {
        List<String> names = new ArrayList<>();
        image.at("aliases").list().forEach(alias -> names.add(alias.textOr("name", "")));
        return names;
    }
}
