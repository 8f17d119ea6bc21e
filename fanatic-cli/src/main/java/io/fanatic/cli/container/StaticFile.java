package io.fanatic.cli.container;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.core.DurableFile;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Share;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A file of settings that engines read when a container starts. As a slice is arithmetic the file never changes while the fan
 * is what it is, and nothing of ours runs when a pod starts.
 *
 * @param title for messages: {@code Podman's network file /etc/containers/networks/fan-250.json}
 * @param path where it is
 * @param content JSON
 * @param fan whose addresses it gives out
 * @param share which of them
 * @param hint how containers join, the end of a sentence
 * @param keepsDirectory whether its directory stays when it is empty; else it goes, as whoever needs it makes it again
 * @param containers who uses it
 */
public record StaticFile(
        String title,
        Path path,
        Supplier<JsonObject> content,
        FanAttachment fan,
        Share share,
        String hint,
        boolean keepsDirectory,
        FileUsers containers)
        implements Resource {
    private static final int MAX_BYTES = 1 << 20;

    @Override
    public Optional<String> present() {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw CommandException.conflict(title + " is larger than any file that fanatic writes");
            }
            return Optional.of(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    @Override
    public String wanted() {
        return JsonValues.print(content.get()) + "\n";
    }

    @Override
    public Optional<Ipv4Range> addresses() {
        return Optional.of(fan.range(share));
    }

    @Override
    public void create() {
        try {
            DurableFile.replace(path, ByteBuffer.wrap(wanted().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    @Override
    public void remove() {
        containers.forget();
        try {
            Files.deleteIfExists(path);
            if (!keepsDirectory) {
                DurableFile.deleteIfEmpty(directory());
            }
        } catch (IOException e) {
            throw failed("delete", e);
        }
    }

    @Override
    public void sweep() {
        try {
            DurableFile.sweep(directory());
            if (!keepsDirectory) {
                DurableFile.deleteIfEmpty(directory());
            }
        } catch (IOException e) {
            throw failed("clear what was left beside", e);
        }
    }

    private Path directory() {
        return Objects.requireNonNull(path.getParent(), "a file is in a directory");
    }

    private CommandException failed(String what, IOException e) {
        return CommandException.failed("cannot " + what + " " + title + ": " + e.getMessage());
    }

    @Override
    public String creating() {
        return "write " + title + " with the addresses " + FanAttachment.description(fan.range(share), share) + "; "
                + hint;
    }

    @Override
    public String removing() {
        return "delete " + title;
    }

    @Override
    public List<String> users() {
        return containers.now();
    }

    @Override
    public void detachUsers() {
        containers.detachUsers();
    }

    @Override
    public String fate() {
        return containers.fate();
    }
}
