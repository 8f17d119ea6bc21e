package io.fanatic.cli.engines;

import com.google.gson.JsonElement;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.docker.DaemonJson;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.cli.container.journal.Note;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Share;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses of a slice an engine was set up to give out, by the note about it: so that it is known also while the engine
 * does not run, as when the machine starts.
 *
 * @param kind the engine
 * @param range from the first to the last address
 * @param wholeSlice whether a version did it that knew no shares and gave the whole slice to each engine
 */
public record HandedOut(EngineKind kind, Ipv4Range range, boolean wholeSlice) {

    /** Those of the engines that give out addresses of their own. */
    public static List<HandedOut> on(FanAttachment fan) {
        return on(Journal.DIRECTORY, fan);
    }

    static List<HandedOut> on(Path journals, FanAttachment fan) {
        List<HandedOut> all = new ArrayList<>();
        if (Files.isDirectory(journals)) {
            add(all, EngineKind.DOCKER, Journal.of(journals, "docker-network-" + fan.bridge()), fan);
            add(all, EngineKind.DOCKER, Journal.of(journals, "docker-daemon"), fan);
            add(all, EngineKind.PODMAN, Journal.of(journals, "podman-file-" + fan.bridge()), fan);
            add(all, EngineKind.CNI, Journal.of(journals, "cni-file-" + fan.bridge()), fan);
        }
        return all;
    }

    private static void add(List<HandedOut> all, EngineKind kind, Journal journal, FanAttachment fan) {
        Optional<Note> note = journal.read();
        if (note.isEmpty()) {
            return;
        }
        String[] words = note.get().fan().split(" ", -1);
        if (words.length < 2
                || !words[0].equals(fan.bridge())
                || !words[1].equals(fan.slice().cidr().toString())) {
            return;
        }
        Optional<Ipv4Range> given = FanAttachment.given(note.get().fan());
        if (given.isPresent()) {
            all.add(new HandedOut(kind, given.get(), false));
            return;
        }
        Ipv4Range whole = fan.slice().containerAddresses();
        all.add(new HandedOut(kind, fixedCidr(note.get()).orElse(whole), true));
    }

    /** Of plain {@code docker run} the file knows. */
    private static Optional<Ipv4Range> fixedCidr(Note note) {
        try {
            Path file = Path.of(note.subject());
            if (!file.getFileName().toString().endsWith(".json") || !Files.isRegularFile(file)) {
                return Optional.empty();
            }
            return DaemonJson.parse(note.subject(), Files.readString(file, StandardCharsets.UTF_8))
                    .setting("fixed-cidr")
                    .map(JsonElement::getAsString)
                    .map(Ipv4Prefix::parse)
                    .map(block -> new Ipv4Range(block.network(), block.last()));
        } catch (IOException | CommandException | IllegalStateException | IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    /** Which share an engine gives out, or has given out for it. */
    public static Share share(EngineKind kind) {
        return switch (kind) {
            case DOCKER -> Share.DOCKER;
            case LXD, INCUS -> Share.DHCP;
            case PODMAN -> Share.PODMAN;
            case CNI -> Share.CNI;
        };
    }

    /** What is wrong with this beside a share that has some of the same addresses, a sentence without its end. */
    public String overlaps(FanAttachment fan, Share share) {
        return kind.title() + " gives out " + range + " of the fan " + fan.bridge() + ", as it was set up"
                + (wholeSlice ? " by an earlier version" : "") + ", which has addresses of the share of " + share + ", "
                + fan.shares()
                        .range(share, fan.slice())
                        .map(Ipv4Range::toString)
                        .orElse("") + "; renew it: fanatic enable-"
                + kind.word() + fan.options();
    }
}
