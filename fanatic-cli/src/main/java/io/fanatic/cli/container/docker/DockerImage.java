package io.fanatic.cli.container.docker;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.cli.container.http.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Finds an image for Docker's test container. */
final class DockerImage {
    private DockerImage() {}

    /** The one given, pulled if need be; else a usual one that is there; else a small one is pulled. */
    static String find(DockerApi docker, Optional<String> given, Consumer<String> progress) {
        if (given.isPresent()) {
            String image = tagged(given.get());
            if (!docker.hasImage(image)) {
                pull(docker, image, progress);
            }
            return image;
        }
        List<String> tags = docker.imageTags();
        for (String usual : TestContainer.USUAL_IMAGES) {
            String latest = usual + ":latest";
            if (tags.contains(latest)) {
                return latest;
            }
            for (String tag : tags) {
                if (tag.startsWith(usual + ":")) {
                    return tag;
                }
            }
        }
        String image = TestContainer.USUAL_IMAGES.get(0) + ":latest";
        pull(docker, image, progress);
        return image;
    }

    /** Without a tag Docker would pull all that there are. */
    static String tagged(String image) {
        boolean complete = image.contains("@") || image.lastIndexOf(':') > image.lastIndexOf('/');
        return complete ? image : image + ":latest";
    }

    private static void pull(DockerApi docker, String image, Consumer<String> progress) {
        progress.accept("pulling " + image);
        PullProgress pull = new PullProgress(image, progress);
        HttpAnswer answer = docker.pull(image, pull::line);
        String reason = answer.ok() ? pull.error() : answer.reason();
        if (!reason.isEmpty()) {
            throw CommandException.failed("there is no image " + image + " here, and Docker could not pull it: "
                    + reason + "; name one that is here with --image");
        }
    }

    /** Turns Docker's messages into a line for each layer that is done and each failure. */
    private static final class PullProgress {
        private final String image;
        private final Consumer<String> progress;
        private String error = "";
        private String last = "";

        PullProgress(String image, Consumer<String> progress) {
            this.image = image;
            this.progress = progress;
        }

        String error() {
            return error;
        }

        void line(String line) {
            Json message = Json.parse("Docker's report on the pull", line);
            String failure = message.textOr("error", "");
            if (!failure.isEmpty()) {
                error = HttpAnswer.oneLine(failure);
                return;
            }
            String layer = message.textOr("id", "");
            String text = image + ": " + (layer.isEmpty() ? "" : layer + " ") + message.textOr("status", "")
                    + percent(message.at("progressDetail"));
            String shown = HttpAnswer.oneLine(text);
            if (!shown.equals(last)) {
                last = shown;
                progress.accept(shown);
            }
        }

        /** In steps of ten, since messages come many times a second. */
        private static String percent(Json detail) {
            long done = detail.number("current").orElse(0);
            long total = detail.number("total").orElse(0);
            return total <= 0 || done < 0 || done > total ? "" : " " + done * 10 / total * 10 + " %";
        }
    }
}
