package io.fanatic.cli.container.docker;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Docker's own record of its networks, {@code network/files/local-kv.db}: a bbolt file (go.etcd.io/bbolt, page.go and node.go).
 *
 * <p>Docker 25 to 28 that starts while the bridge of its default network is missing forgets that network, but its bridge driver
 * does not. From then on it refuses every default network on that bridge: "networks have same bridge name". No request to
 * Docker removes such a record, as Docker has no network of that number. So the bridge in it gets a name here that no device can have,
 * while Docker is stopped; Docker then passes the record over. A record that goes would move others, whose places bbolt notes.
 */
final class DockerStore {
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAGIC = 0xED0CDAED;
    private static final int PAGE_HEADER = 16;
    private static final int ELEMENT = 16;
    private static final int BRANCH = 1;
    private static final int LEAF = 2;
    private static final int BUCKET = 1;
    private static final int MAX_DEPTH = 32;

    /** Of a record's value: a number that counts its changes. */
    private static final int INDEX_BYTES = 8;

    private static final String DRIVER = "docker/network/v1.0/bridge/";
    private static final String NETWORKS = "docker/network/v1.0/network/";

    private final Path file;
    private final ByteBuffer bytes;
    private final int pageSize;
    private final List<Element> elements = new ArrayList<>();

    private record Element(String key, int valueStart, int valueEnd) {}

    private DockerStore(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes;
        int newest = -1;
        int size = bytes.getInt(PAGE_HEADER + 8);
        // Two meta pages; the one of the later transaction counts.
        for (int meta : List.of(PAGE_HEADER, size + PAGE_HEADER)) {
            if (bytes.getInt(meta) == MAGIC
                    && checksumFits(meta)
                    && (newest < 0 || bytes.getLong(meta + 48) > bytes.getLong(newest + 48))) {
                newest = meta;
            }
        }
        if (newest < 0) {
            throw new IllegalArgumentException("it is no bbolt file");
        }
        pageSize = bytes.getInt(newest + 8);
        read(page(bytes.getLong(newest + 16)), 0);
    }

    /** FNV-1a with 64 bits of all fields before it. */
    private boolean checksumFits(int meta) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < 56; i++) {
            hash = (hash ^ (bytes.get(meta + i) & 0xff)) * 0x100000001b3L;
        }
        return hash == bytes.getLong(meta + 56);
    }

    private int page(long number) {
        return Math.toIntExact(Math.multiplyExact(number, (long) pageSize));
    }

    private void read(int page, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("its pages go in circles");
        }
        int flags = bytes.getShort(page + 8);
        int count = bytes.getShort(page + 10) & 0xffff;
        for (int i = 0; i < count; i++) {
            int at = page + PAGE_HEADER + i * ELEMENT;
            if (flags == BRANCH) {
                read(page(bytes.getLong(at + 8)), depth + 1);
            } else if (flags == LEAF) {
                leaf(at, depth);
            } else {
                throw new IllegalArgumentException("a page of it is of no known kind");
            }
        }
    }

    private void leaf(int at, int depth) {
        int keyStart = at + bytes.getInt(at + 4);
        int valueStart = keyStart + bytes.getInt(at + 8);
        if (bytes.getInt(at) == BUCKET) {
            long root = bytes.getLong(valueStart);
            // A small bucket is in the value itself, as a page without a number.
            read(root == 0 ? valueStart + PAGE_HEADER : page(root), depth + 1);
            return;
        }
        elements.add(new Element(text(keyStart, valueStart), valueStart, valueStart + bytes.getInt(at + 12)));
    }

    private String text(int start, int end) {
        byte[] text = new byte[end - start];
        bytes.get(start, text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static DockerStore read(Path file) throws IOException {
        return new DockerStore(
                file, ByteBuffer.wrap(DurableFile.read(file, MAX_BYTES)).order(ByteOrder.LITTLE_ENDIAN));
    }

    private List<Element> ofDefaultNetworkOn(String bridge) {
        List<Element> found = new ArrayList<>();
        for (Element element : elements) {
            if (element.key().startsWith(DRIVER) && element.valueEnd() - element.valueStart() > INDEX_BYTES) {
                Json record = Json.parse(file.toString(), text(element.valueStart() + INDEX_BYTES, element.valueEnd()));
                if (record.isTrue("DefaultBridge")
                        && record.textOr("BridgeName", "").equals(bridge)) {
                    found.add(element);
                }
            }
        }
        return found;
    }

    /** Whether Docker's bridge driver has a default network on that bridge; false for what cannot be read. */
    static boolean hasDefaultNetworkOn(Path file, String bridge) {
        try {
            return !read(file).ofDefaultNetworkOn(bridge).isEmpty();
        } catch (IOException | RuntimeException unreadable) {
            // Docker writes it just now, or keeps it in another form.
            return false;
        }
    }

    /** Whether Docker does not start with that bridge any more: the driver has a network on it of which Docker knows nothing. */
    static boolean isStuckOn(Path file, String bridge) {
        try {
            DockerStore store = read(file);
            return store.ofDefaultNetworkOn(bridge).stream().anyMatch(network -> {
                String known = NETWORKS + network.key().substring(DRIVER.length());
                return store.elements.stream()
                        .noneMatch(element -> element.key().equals(known));
            });
        } catch (IOException | RuntimeException unreadable) {
            return false;
        }
    }

    /**
     * Makes Docker pass over the driver's default networks on that bridge; it makes its default network anew at every start. All
     * others stay. Docker must be stopped; while it holds the file nothing is done.
     */
    static void forgetDefaultNetworkOn(Path file, String bridge) {
        if (!hasDefaultNetworkOn(file, bridge) || isHeld(file)) {
            return;
        }
        Attempt.to("take " + bridge + " out of " + file, () -> {
            DockerStore store = read(file);
            for (Element element : store.ofDefaultNetworkOn(bridge)) {
                store.rename(element, bridge);
            }
            DurableFile.replace(file, store.bytes.rewind());
        });
    }

    /** A slash at its end is in no device's name; the value keeps its length. */
    private void rename(Element element, String bridge) {
        String member = "\"BridgeName\":\"" + bridge + "\"";
        int at = text(element.valueStart(), element.valueEnd()).indexOf(member);
        if (at >= 0) {
            bytes.put(element.valueStart() + at + member.length() - 2, (byte) '/');
        }
    }

    /** Whether a process has the file locked, as Docker does while it runs: proc_locks(5). */
    private static boolean isHeld(Path file) {
        try {
            String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
            return Files.readAllLines(Path.of("/proc/locks")).stream()
                    .anyMatch(line -> line.contains("FLOCK") && line.contains(inode));
        } catch (IOException unknown) {
            return true;
        }
    }
}
