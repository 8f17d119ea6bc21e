package io.fanatic.netlink.dnsmasq;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.core.DurableFile;
import io.fanatic.netlink.host.DhcpException;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpRange;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.host.NamespaceCookie;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.Pause;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * DHCP servers, one dnsmasq(8) for each bridge, in the calling thread's network namespace.
 *
 * <p>A server daemonises itself and outlives this process. It is found again by its PID file, and believed only if the
 * process of that number is a dnsmasq that was started with our configuration file and lives in the same network namespace:
 * a PID that was given to another process is never signalled. The PID file belongs to the user that dnsmasq runs as; where it
 * leads nowhere, all processes are looked through. The configuration file is the record of what it was started with.
 *
 * <pre>
 *   runDir/dnsmasq-fan-250.conf, .pid      gone with the server
 *   stateDir/dnsmasq-fan-250.leases        stays, so that containers keep their addresses, until {@link #forget}
 * </pre>
 *
 * <p>So they are named in the host's network namespace, that of process 1. In every other one a colon, which no device has in
 * its name, and the namespace's cookie follow the bridge, since one directory may serve fans of several namespaces:
 * {@code dnsmasq-fan-250:4097.conf}. Servers that an earlier version started there without are found, too.
 *
 * <p>It leases without asking whether somebody has the address: its ranges are a {@linkplain io.fanatic.core.Shares share} that
 * nobody else gives out. Who holds an address of the slice by a lease from when the range was another keeps it: the server is
 * started with a reservation for each such lease that has not ended. {@link DhcpReservation}s are others.
 */
public final class Dnsmasq {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long POLL_NANOS = 5_000_000;
    private static final int SIGTERM = 15;

    private static final Path OWN_NAMESPACE = Path.of("/proc/thread-self/ns/net");

    private final Path runDir;
    private final Path stateDir;
    private final String searchPath;

    /**
     * Servers with files in these directories.
     *
     * @param runDir such as /run/fanatic; it and {@code stateDir} are made when a server is started
     * @param stateDir such as /var/lib/fanatic
     */
    public Dnsmasq(Path runDir, Path stateDir) {
        this(runDir, stateDir, Spawn.PATH);
    }

    Dnsmasq(Path runDir, Path stateDir, String searchPath) {
        this.runDir = runDir;
        this.stateDir = stateDir;
        this.searchPath = searchPath;
    }

    /**
     * Starts a server and waits until it serves.
     *
     * @param server on a bridge that has none
     * @throws DhcpException when dnsmasq is not installed, refuses, or runs already for this bridge; nothing is left
     *     then
     */
    public void start(DhcpServer server) {
        Path program = program();
        if (find(server.bridge()).isPresent()) {
            throw new DhcpException("dnsmasq already runs for " + server.bridge());
        }
        Path conf = conf(server.bridge());
        try {
            DurableFile.makeOwnDirectory(runDir);
            DurableFile.makeOwnDirectory(stateDir);
            String text = DnsmasqConf.write(server, pidFile(server.bridge()), leaseFile(server.bridge()), kept(server));
            DurableFile.replace(conf, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new DhcpException("cannot write " + conf + ": " + DurableFile.reason(e), e);
        }
        boolean started = false;
        try {
            Spawn.Output output =
                    Spawn.capture(List.of(program.toString(), confArgument(stem(server.bridge()))), TIMEOUT);
            if (output.status() != 0) {
                throw new DhcpException("dnsmasq for " + server.bridge() + " ended with status " + output.status()
                        + ": " + (output.text().isEmpty() ? "it said nothing" : output.text()));
            }
            started = true;
        } finally {
            if (!started) {
                deleteRunFiles(stem(server.bridge()));
            }
        }
    }

    /**
     * {@return what the server of this bridge was started with; empty when none runs}
     *
     * @param bridge its device
     */
    public Optional<DhcpServer> running(String bridge) {
        Optional<Running> found = find(bridge);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path conf = runFile(found.get().stem, ".conf");
            return Optional.of(DnsmasqConf.read(Files.readAllLines(conf, StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException changed) {
            // It runs, with what nobody can tell: nothing that anybody wants.
            return Optional.of(new DhcpServer(bridge, 0, List.of(), false, List.of(), List.of()));
        }
    }

    /**
     * Stops the server of this bridge and waits for its end; its leases stay.
     *
     * @param bridge its device
     * @return false when none ran
     * @throws DhcpException when it does not end within 30 s, or its directories cannot be written; it runs on then
     */
    public boolean stop(String bridge) {
        Optional<Running> found = find(bridge);
        if (found.isPresent()) {
            int pid = found.get().pid;
            // A server that was stopped could not be started again here, were its end a step of what has to be undone.
            for (Path directory : List.of(runDir, stateDir)) {
                if (!Files.isWritable(directory)) {
                    throw new DhcpException("cannot stop dnsmasq: " + directory + " is read-only");
                }
            }
            if (LIBC.kill(pid, SIGTERM) < 0 && Native.errno() != Errno.ESRCH) {
                throw new DhcpException("cannot stop dnsmasq, process " + pid + ": " + Errno.describe(Native.errno()));
            }
            long end = System.nanoTime() + TIMEOUT.toNanos();
            while (isOurs(pid, found.get().stem, bridge)) {
                if (System.nanoTime() - end > 0) {
                    throw new DhcpException("dnsmasq, process " + pid + ", does not end on SIGTERM");
                }
                Pause.nanos(POLL_NANOS);
            }
            deleteRunFiles(found.get().stem);
        }
        deleteRunFiles(stem(bridge));
        return found.isPresent();
    }

    /**
     * Forgets the leases of this bridge, whose server must not run.
     *
     * @param bridge its device
     */
    public void forget(String bridge) {
        delete(leaseFile(bridge));
    }

    /** {@return whether there is a dnsmasq to start} */
    public boolean isInstalled() {
        return Spawn.find("dnsmasq", searchPath).isPresent();
    }

    /**
     * {@return the leases of this bridge that have not ended, also of a server that does not run now}
     *
     * @param bridge its device
     */
    public List<DhcpLease> leases(String bridge) {
        List<DhcpLease> leases = new ArrayList<>();
        try {
            long now = System.currentTimeMillis() / 1000;
            for (String line : Files.readAllLines(leaseFile(bridge), StandardCharsets.ISO_8859_1)) {
                DhcpLease.parse(line).filter(lease -> lease.isLive(now)).ifPresent(leases::add);
            }
        } catch (IOException none) {
            return leases;
        }
        return leases;
    }

    /** Leases in these slices, outside the ranges; what is reserved is not kept for anybody else. */
    private List<DhcpLease> kept(DhcpServer server) {
        List<DhcpLease> kept = leases(server.bridge());
        kept.removeIf(lease -> {
            for (DhcpReservation reservation : server.reservations()) {
                if (reservation.address().equals(lease.address())
                        || reservation.client().toString().equals(lease.client())) {
                    return true;
                }
            }
            boolean ours = false;
            for (DhcpRange range : server.ranges()) {
                if (range.contains(lease.address())) {
                    return true;
                }
                ours |= range.slice().contains(lease.address());
            }
            return !ours;
        });
        return kept;
    }

    private Path program() {
        return Spawn.find("dnsmasq", searchPath)
                .orElseThrow(() -> new DhcpException("dnsmasq is not installed; install the package dnsmasq-base"));
    }

    /**
     * {@return the process number of the server of this bridge; empty when none runs}
     *
     * @param bridge its device
     */
    public OptionalInt process(String bridge) {
        Optional<Running> found = find(bridge);
        return found.isPresent() ? OptionalInt.of(found.get().pid) : OptionalInt.empty();
    }

    /** @param stem what the names of its files begin with */
    private record Running(int pid, String stem) {}

    private Optional<Running> find(String bridge) {
        Set<String> stems = new LinkedHashSet<>(List.of(stem(bridge), plainStem(bridge)));
        boolean traces = Files.exists(leaseFile(bridge));
        for (String stem : stems) {
            OptionalInt pid = noted(stem);
            if (pid.isPresent() && isOurs(pid.getAsInt(), stem, bridge)) {
                return Optional.of(new Running(pid.getAsInt(), stem));
            }
            traces |= Files.exists(runFile(stem, ".conf"));
        }
        return traces ? search(stems, bridge) : Optional.empty();
    }

    private OptionalInt noted(String stem) {
        try {
            int pid = Integer.parseInt(Files.readString(runFile(stem, ".pid")).strip());
            return pid > 1 ? OptionalInt.of(pid) : OptionalInt.empty();
        } catch (IOException | NumberFormatException none) {
            return OptionalInt.empty();
        }
    }

    private Optional<Running> search(Set<String> stems, String bridge) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), Dnsmasq::isProcess)) {
            for (Path process : processes) {
                int pid = Integer.parseInt(process.getFileName().toString());
                for (String stem : stems) {
                    if (isOurs(pid, stem, bridge)) {
                        return Optional.of(new Running(pid, stem));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new DhcpException("cannot look for dnsmasq among the processes: " + e.getMessage(), e);
        }
        return Optional.empty();
    }

    private static boolean isProcess(Path file) {
        return Character.isDigit(file.getFileName().toString().charAt(0));
    }

    /** A zombie has no command line any more, and so counts as ended. */
    private boolean isOurs(int pid, String stem, String bridge) {
        Path process = Path.of("/proc", Integer.toString(pid));
        try {
            String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            String[] words = line.split("\0", -1);
            return words.length >= 2
                    && words[0].endsWith("/dnsmasq")
                    && words[1].equals(confArgument(stem))
                    && isHere(process, stem.equals(stem(bridge)));
        } catch (IOException gone) {
            return false;
        }
    }

    /** @param unknown what to believe where nobody tells */
    private static boolean isHere(Path process, boolean unknown) throws IOException {
        try {
            return Files.readSymbolicLink(process.resolve("ns/net")).equals(Files.readSymbolicLink(OWN_NAMESPACE));
        } catch (AccessDeniedException anotherUsers) {
            // That takes CAP_SYS_PTRACE.
            return unknown;
        }
    }

    private static String stem(String bridge) {
        return isTheHosts() ? plainStem(bridge) : plainStem(bridge) + ":" + NamespaceCookie.here();
    }

    private static String plainStem(String bridge) {
        return "dnsmasq-" + bridge;
    }

    /** Without the right to ask process 1, checks for a setting that only the first namespace of a kernel has. */
    private static boolean isTheHosts() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/1/ns/net")).equals(Files.readSymbolicLink(OWN_NAMESPACE));
        } catch (IOException refused) {
            return Files.exists(Path.of("/proc/sys/net/core/netdev_max_backlog"));
        }
    }

    private String confArgument(String stem) {
        return "--conf-file=" + runFile(stem, ".conf");
    }

    private Path conf(String bridge) {
        return runFile(stem(bridge), ".conf");
    }

    private Path pidFile(String bridge) {
        return runFile(stem(bridge), ".pid");
    }

    private Path runFile(String stem, String ending) {
        return runDir.resolve(stem + ending);
    }

    /**
     * {@return where the leases of this bridge are; the file need not exist}
     *
     * @param bridge its device
     */
    public Path leaseFile(String bridge) {
        return stateDir.resolve(stem(bridge) + ".leases");
    }

    private void deleteRunFiles(String stem) {
        delete(runFile(stem, ".conf"));
        delete(runFile(stem, ".pid"));
        // Earlier versions wrote down there what dnsmasq said.
        delete(runFile(stem, ".log"));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new DhcpException("cannot delete " + file + ": " + DurableFile.reason(e), e);
        }
    }
}
