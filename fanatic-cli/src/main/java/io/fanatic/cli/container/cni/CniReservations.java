package io.fanatic.cli.container.cni;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.FileUsers;
import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.DurableFile;
import io.fanatic.core.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What CNI keeps of a network: host-local a file for each address that it has given out, with the container's name in it; and
 * libcni what the plugins said when the container started. Both stay when a container ends without its runtime taking it off the
 * network. That is so when its own device of the host, the other end of its veth, is gone.
 */
record CniReservations(String network) implements FileUsers {
    private static final Path ADDRESSES = Path.of("/var/lib/cni/networks");
    private static final Path RESULTS = Path.of("/var/lib/cni/results");
    private static final Path DEVICES = Path.of("/sys/class/net");
    private static final int MAX_BYTES = 1 << 20;

    @Override
    public List<String> now() {
        return List.copyOf(addresses().keySet());
    }

    /** {@return the addresses of the containers that are on the network, by what CNI calls the containers} */
    Map<String, List<IpAddress>> addresses() {
        Map<String, List<IpAddress>> all = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(ADDRESSES.resolve(network))) {
            for (Path file : files.sorted().toList()) {
                // Beside a lock, and what was given out last.
                address(file)
                        .ifPresent(address -> all.computeIfAbsent(container(file), any -> new ArrayList<>())
                                .add(address));
            }
        } catch (IOException none) {
            return Map.of();
        }
        all.keySet().removeIf(this::isGone);
        return all;
    }

    private static Optional<IpAddress> address(Path file) {
        try {
            return Optional.of(IpAddress.parse(file.getFileName().toString()));
        } catch (IllegalArgumentException other) {
            return Optional.empty();
        }
    }

    private static String container(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty() ? file.getFileName().toString() : HttpAnswer.oneLine(lines.get(0));
        } catch (IOException gone) {
            return file.getFileName().toString();
        }
    }

    /** Whether it is known to have been on the network and is not any more; without a result nothing is known. */
    private boolean isGone(String container) {
        List<String> devices = new ArrayList<>();
        for (Path result : results()) {
            if (result.getFileName().toString().startsWith(network + "-" + container + "-")) {
                devices.addAll(hostDevices(result));
            }
        }
        return !devices.isEmpty() && devices.stream().noneMatch(device -> Files.exists(DEVICES.resolve(device)));
    }

    private List<Path> results() {
        try (Stream<Path> files = Files.list(RESULTS)) {
            return files.filter(file -> file.getFileName().toString().startsWith(network + "-"))
                    .sorted()
                    .toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    /** Of the interfaces in a result those that are in no sandbox, the bridge aside. */
    private List<String> hostDevices(Path result) {
        List<String> names = new ArrayList<>();
        try {
            String text = new String(DurableFile.read(result, MAX_BYTES), StandardCharsets.UTF_8);
            for (Json device : Json.parse(result.toString(), text)
                    .at("result", "interfaces")
                    .list()) {
                String name = device.textOr("name", "");
                if (device.textOr("sandbox", "").isEmpty()
                        && !name.isEmpty()
                        && !name.contains("/")
                        && !name.equals(network)) {
                    names.add(name);
                }
            }
        } catch (IOException | CommandException unknown) {
            return List.of();
        }
        return names;
    }

    /** Only its runtime can take a container off the network. */
    @Override
    public void detachUsers() {}

    @Override
    public String fate() {
        return "they keep running without it; their addresses are free again";
    }

    @Override
    public void forget() {
        Attempt.to("clear what CNI keeps of " + network + " in " + ADDRESSES, () -> {
            for (Path result : results()) {
                if (isOf(result)) {
                    Files.deleteIfExists(result);
                }
            }
            Path directory = ADDRESSES.resolve(network);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> files = Files.list(directory)) {
                    for (Path file : files.toList()) {
                        Files.deleteIfExists(file);
                    }
                }
                DurableFile.deleteIfEmpty(directory);
            }
        });
    }

    /** Another network's name may begin with this one's and a dash. */
    private boolean isOf(Path result) throws IOException {
        try {
            String text = new String(DurableFile.read(result, MAX_BYTES), StandardCharsets.UTF_8);
            return Json.parse(result.toString(), text).textOr("networkName", "").equals(network);
        } catch (CommandException notJson) {
            return false;
        }
    }
}
