package io.fanatic.cli;

import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A host with container engines as lines of text: its network, and the files that are changed for them with their contents. */
public final class EngineSnapshot {
    private static final List<String> DIRECTORIES =
            List.of("/etc/network", "/etc/docker", "/var/lib/fanatic", "/etc/cni", "/etc/containers/networks");

    private EngineSnapshot() {}

    /** What an engine has itself is for the caller to add. */
    public static List<String> of(LabHost host) {
        return host.namespace().call(() -> {
            List<String> lines = chainsInOrder(HostSnapshot.take().lines());
            for (String directory : DIRECTORIES) {
                addFiles(lines, Path.of(directory));
            }
            return lines;
        });
    }

    /** A Docker that restarts makes its chains in another order, and docker0 with another address. */
    private static List<String> chainsInOrder(List<String> lines) {
        List<String> whole = new ArrayList<>();
        StringBuilder chain = new StringBuilder();
        for (String line : lines) {
            if (!line.startsWith("nft ") || line.matches("nft table .*: table .* [{]")) {
                whole.add(line.replaceAll("docker0(.*)( 02:42[0-9a-f:]{12})", "docker0$1 X"));
                continue;
            }
            chain.append(line).append('\n');
            if (line.endsWith(": }")) {
                whole.add(chain.toString());
                chain.setLength(0);
            }
        }
        whole.add(chain.toString());
        whole.sort(null);
        return whole;
    }

    private static void addFiles(List<String> lines, Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted().toList()) {
                    lines.add(file + " " + Files.getPosixFilePermissions(file)
                            + (Files.isRegularFile(file) ? Files.readString(file) : ""));
                }
            }
        }
    }
}
