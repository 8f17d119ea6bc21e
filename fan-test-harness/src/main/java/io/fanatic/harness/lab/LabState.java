package io.fanatic.harness.lab;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The record of a lab under {@code /run/fanatic-lab/NAME/}: its specification, the process that it ends with, and every
 * namespace that was made or is about to be made. {@link Lab#sweep} removes nothing else.
 */
final class LabState {

    /** One directory for each lab; gone with the next boot, as the namespaces are. */
    static final Path ROOT = Path.of("/run/fanatic-lab");

    private static final String FILE = "lab.json";
    private static final String PINS = "mnt";

    private final LabSpec spec;
    private final List<String> namespaces = new ArrayList<>();
    private Optional<Owner> owner;

    private LabState(LabSpec spec, Optional<Owner> owner) {
        this.spec = spec;
        this.owner = owner;
    }

    /** Writes down a new lab, owned by this process. */
    static LabState create(LabSpec spec) {
        LabState state = new LabState(spec, Optional.of(Owner.self()));
        state.write();
        return state;
    }

    /** The names of all labs that something is written down about, sorted. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        try (var directories = Files.newDirectoryStream(ROOT, Files::isDirectory)) {
            directories.forEach(directory -> names.add(directory.getFileName().toString()));
        } catch (IOException none) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /**
     * Reads what is written down about a lab; empty when nothing is.
     *
     * @throws LabException when it cannot be understood
     */
    static Optional<LabState> read(String name) {
        Path file = ROOT.resolve(name).resolve(FILE);
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            FanMapping mapping = FanMapping.of(
                    Ipv4Prefix.parse(json.get("overlay").getAsString()),
                    Ipv4Prefix.parse(json.get("underlay").getAsString()));
            LabSpec spec = new LabSpec(
                    name,
                    mapping,
                    json.get("hosts").getAsInt(),
                    json.get("containers").getAsInt(),
                    json.get("underlayMtu").getAsInt());
            spec = withGiven(spec, json);
            Optional<Owner> owner = Optional.empty();
            if (json.has("owner")) {
                JsonObject process = json.getAsJsonObject("owner");
                owner = Optional.of(new Owner(
                        process.get("pid").getAsLong(), process.get("started").getAsLong()));
            }
            LabState state = new LabState(spec, owner);
            json.getAsJsonArray("namespaces").forEach(each -> state.namespaces.add(each.getAsString()));
            return Optional.of(state);
        } catch (IOException absent) {
            return Optional.empty();
        } catch (RuntimeException e) {
            throw new LabException("cannot understand " + file + ": " + e.getMessage(), e);
        }
    }

    /** What is only written down when it is not the usual: further fans, where the hosts are, and segments. */
    private static LabSpec withGiven(LabSpec spec, JsonObject json) {
        List<FanMapping> fans = new ArrayList<>(spec.fans());
        if (json.has("moreOverlays")) {
            for (JsonElement overlay : json.getAsJsonArray("moreOverlays")) {
                fans.add(FanMapping.of(
                        Ipv4Prefix.parse(overlay.getAsString()), spec.mapping().underlay()));
            }
        }
        LabSpec whole = spec.withFans(fans);
        if (json.has("addresses")) {
            List<Ipv4Address> addresses = new ArrayList<>();
            json.getAsJsonArray("addresses").forEach(each -> addresses.add(Ipv4Address.parse(each.getAsString())));
            whole = whole.withHostsAt(addresses);
        }
        return json.has("segmentPrefixLength")
                ? whole.withSegments(json.get("segmentPrefixLength").getAsInt())
                : whole;
    }

    LabSpec spec() {
        return spec;
    }

    /** The names of ip-netns(8) that belong to this lab, oldest first. */
    List<String> namespaces() {
        return List.copyOf(namespaces);
    }

    /** The process that the lab ends with; empty for one that stays until it is taken down. */
    Optional<Owner> owner() {
        return owner;
    }

    /** To be called before the namespaces are made. */
    synchronized void add(List<String> names) {
        namespaces.addAll(names);
        write();
    }

    /** For a namespace that could not be made: what has that name is not ours. */
    synchronized void forget(String namespace) {
        namespaces.remove(namespace);
        write();
    }

    void disown() {
        owner = Optional.empty();
        write();
    }

    Path directory() {
        return ROOT.resolve(spec.name());
    }

    /** Where the hosts' mount namespaces are pinned. */
    Path pins() {
        return directory().resolve(PINS);
    }

    /** The pin of a host's mount namespace, by the name of its network namespace. */
    Path pin(String namespace) {
        return pins().resolve(namespace);
    }

    /** Whether the process that it should have ended with has ended alone. */
    boolean orphaned() {
        return owner.isPresent() && !owner.get().alive();
    }

    private void write() {
        JsonObject json = new JsonObject();
        json.addProperty("overlay", spec.mapping().overlay().toString());
        json.addProperty("underlay", spec.mapping().underlay().toString());
        json.addProperty("hosts", spec.hosts());
        json.addProperty("containers", spec.containers());
        json.addProperty("underlayMtu", spec.underlayMtu());
        if (spec.fans().size() > 1) {
            JsonArray overlays = new JsonArray();
            spec.fans().stream()
                    .skip(1)
                    .forEach(fan -> overlays.add(fan.overlay().toString()));
            json.add("moreOverlays", overlays);
        }
        if (!spec.equals(spec.withHosts(spec.hosts()))) {
            JsonArray addresses = new JsonArray();
            spec.addresses().forEach(each -> addresses.add(each.toString()));
            json.add("addresses", addresses);
        }
        if (spec.segmentPrefixLength() != spec.mapping().underlay().prefixLength()) {
            json.addProperty("segmentPrefixLength", spec.segmentPrefixLength());
        }
        owner.ifPresent(process -> {
            JsonObject value = new JsonObject();
            value.addProperty("pid", process.pid());
            value.addProperty("started", process.started());
            json.add("owner", value);
        });
        JsonArray names = new JsonArray();
        namespaces.forEach(names::add);
        json.add("namespaces", names);
        Path file = directory().resolve(FILE);
        try {
            Files.createDirectories(directory());
            Path next = Files.writeString(directory().resolve(FILE + ".new"), json + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Forgets the lab; its namespaces and pins must be gone. */
    void delete() {
        try {
            Files.deleteIfExists(directory().resolve(FILE + ".new"));
            Files.deleteIfExists(directory().resolve(FILE));
            Files.deleteIfExists(directory());
            if (names().isEmpty()) {
                Files.deleteIfExists(ROOT);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory(), e);
        }
    }
}
