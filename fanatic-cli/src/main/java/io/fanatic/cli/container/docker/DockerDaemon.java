package io.fanatic.cli.container.docker;

import io.fanatic.cli.command.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The dockerd that answers on a socket, as /proc shows it.
 *
 * @param pid its number
 * @param program its executable
 * @param arguments its command line, argument 0 included
 * @param environment {@code NAME=value}
 * @param output the file that it prints to; {@code /dev/null} when it is none
 * @param unit the systemd unit that it runs in, if any
 * @param parent the number of the process that started it
 */
record DockerDaemon(
        int pid,
        Path program,
        List<String> arguments,
        List<String> environment,
        Path output,
        Optional<String> unit,
        long parent) {
    private static final String NAME = "dockerd";
    private static final Path PID_FILE = Path.of("/run/docker.pid");
    private static final Path USUAL_CONFIGURATION = Path.of("/etc/docker/daemon.json");
    private static final Path NOWHERE = Path.of("/dev/null");
    private static final Path SYSTEMD = Path.of("/run/systemd/system");

    /** Options that must not stand both on the command line and in the file, by which Docker would not start. */
    private static final List<String> OURS =
            List.of("--bridge", "-b", "--fixed-cidr", "--mtu", "--ip-masq", "--bip", "--default-gateway");

    /** Those of a fan with an IPv6 overlay as well. */
    private static final List<String> OURS_OF_IPV6 = List.of("--ipv6", "--fixed-cidr-v6", "--default-gateway-v6");

    /** @throws CommandException when it cannot be found */
    static DockerDaemon of(DockerApi docker) {
        int pid = docker.peer();
        if (!isDocker(pid)) {
            // systemd made the socket, and handed it over.
            pid = noted();
        }
        if (!isDocker(pid)) {
            throw CommandException.failed("cannot tell which process answers on " + docker.socket()
                    + ", so Docker cannot be restarted; use a network of its own instead");
        }
        return read(pid);
    }

    private static boolean isDocker(int pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip().equals(NAME);
        } catch (IOException gone) {
            return false;
        }
    }

    private static int noted() {
        try {
            return Integer.parseInt(Files.readString(PID_FILE).strip());
        } catch (IOException | NumberFormatException none) {
            return 0;
        }
    }

    private static DockerDaemon read(int pid) {
        Path proc = Path.of("/proc/" + pid);
        try {
            List<String> groups = Files.readAllLines(proc.resolve("cgroup"));
            return new DockerDaemon(
                    pid,
                    Files.readSymbolicLink(proc.resolve("exe")),
                    words(proc.resolve("cmdline")),
                    words(proc.resolve("environ")),
                    output(proc),
                    Files.isDirectory(SYSTEMD) ? unit(groups) : Optional.empty(),
                    ProcessHandle.of(pid)
                            .flatMap(ProcessHandle::parent)
                            .map(ProcessHandle::pid)
                            .orElse(1L));
        } catch (IOException e) {
            throw CommandException.failed("cannot look at process " + pid + ", which is Docker: " + e.getMessage());
        }
    }

    private static List<String> words(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return text.isEmpty() ? List.of() : Arrays.asList(text.split("\0"));
    }

    private static Path output(Path proc) throws IOException {
        Path file = Files.readSymbolicLink(proc.resolve("fd/1"));
        return Files.isRegularFile(file) ? file : NOWHERE;
    }

    /** The unit of {@code 0::/system.slice/docker.service}. */
    static Optional<String> unit(List<String> groups) {
        for (String line : groups) {
            String group = line.substring(line.lastIndexOf(':') + 1);
            String last = group.substring(group.lastIndexOf('/') + 1);
            if (last.endsWith(".service") && (line.startsWith("0:") || line.contains(":name=systemd:"))) {
                return Optional.of(last);
            }
        }
        return Optional.empty();
    }

    /** The file that it reads its settings from, which need not exist. */
    Path configuration() {
        Path file = option("--config-file").map(Path::of).orElse(USUAL_CONFIGURATION);
        if (file.isAbsolute()) {
            return file;
        }
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).resolve(file);
        } catch (IOException e) {
            throw CommandException.failed("cannot tell where Docker's " + file + " is: " + e.getMessage());
        }
    }

    private Optional<String> option(String name) {
        for (int i = 1; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (word.equals(name) && i + 1 < arguments.size()) {
                return Optional.of(arguments.get(i + 1));
            }
            if (word.startsWith(name + "=")) {
                return Optional.of(word.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }

    /** The words of its command line that exclude what we would write into the file. */
    List<String> conflicts(boolean withIpv6) {
        List<String> conflicts = new ArrayList<>();
        for (String word : arguments) {
            String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            if (OURS.contains(name) || withIpv6 && OURS_OF_IPV6.contains(name)) {
                conflicts.add(word);
            }
        }
        return conflicts;
    }

    /** Whether its parent may be somebody who starts it again when it ends. */
    boolean isWatched() {
        return parent != 1 && parent != ProcessHandle.current().pid();
    }
}
