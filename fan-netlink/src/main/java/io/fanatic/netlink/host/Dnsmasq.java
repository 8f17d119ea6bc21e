package io.fanatic.netlink.host;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.core.DurableFile;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/**
 * DHCP servers, one dnsmasq(8) for each bridge, in the calling thread's network namespace.
 *
 * <p>A server daemonises itself and outlives this process. It is found again by its PID file, and believed only if the
 * process of that number is a dnsmasq that was started with our configuration file and lives in the same network namespace:
 * a PID that was given to another process is never signalled. The configuration file is the record of what it was started
 * with.
 *
 * <pre>
 *   runDir/dnsmasq-fan-250.conf, .pid, .log      gone with the server
 *   stateDir/dnsmasq-fan-250.leases              stays, so that containers keep their addresses, until {@link #forget}
 * </pre>
 *
 * <p>Before dnsmasq offers an address that is new to it, it pings it, since Docker may have given it to somebody in the same
 * slice: the first lease of a container takes up to three seconds.
 */
public final class Dnsmasq {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long POLL_NANOS = 5_000_000;
    private static final int SIGTERM = 15;

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
        if (pid(server.bridge()).isPresent()) {
            throw new DhcpException("dnsmasq already runs for " + server.bridge());
        }
        Path conf = conf(server.bridge());
        try {
            DurableFile.makeDirectory(runDir);
            DurableFile.makeDirectory(stateDir);
            String text = DnsmasqConf.write(server, pidFile(server.bridge()), leaseFile(server.bridge()));
            DurableFile.replace(conf, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new DhcpException("cannot write " + conf + ": " + DurableFile.reason(e), e);
        }
        boolean started = false;
        try {
            Path log = runFile(server.bridge(), ".log");
            int status = Spawn.run(List.of(program.toString(), confArgument(server.bridge())), log, PATIENCE);
            if (status != 0) {
                String said = Files.readString(log).strip();
                throw new DhcpException("dnsmasq for " + server.bridge() + " ended with status " + status + ": "
                        + (said.isEmpty() ? "it said nothing; there may be no space left in " + runDir : said));
            }
            started = true;
        } catch (IOException e) {
            throw new DhcpException("cannot read what dnsmasq said: " + DurableFile.reason(e), e);
        } finally {
            if (!started) {
                deleteRunFiles(server.bridge());
            }
        }
    }

    /**
     * {@return what the server of this bridge was started with; empty when none runs}
     *
     * @param bridge its device
     */
    public Optional<DhcpServer> running(String bridge) {
        if (pid(bridge).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(DnsmasqConf.read(Files.readAllLines(conf(bridge), StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException changed) {
            // It runs, with what nobody can tell: nothing that anybody wants.
            return Optional.of(new DhcpServer(bridge, 0, List.of(), false));
        }
    }

    /**
     * Stops the server of this bridge and waits for its end; its leases stay.
     *
     * @param bridge its device
     * @return false when none ran
     * @throws DhcpException when it does not end within 10 s, or its directories cannot be written; it runs on then
     */
    public boolean stop(String bridge) {
        OptionalInt pid = pid(bridge);
        if (pid.isPresent()) {
            // A server that was stopped could not be started again here, were its end a step of what has to be undone.
            for (Path directory : List.of(runDir, stateDir)) {
                if (!Files.isWritable(directory)) {
                    throw new DhcpException("cannot stop dnsmasq: " + directory + " is read-only");
                }
            }
            if (LIBC.kill(pid.getAsInt(), SIGTERM) < 0 && Native.errno() != Errno.ESRCH) {
                throw new DhcpException(
                        "cannot stop dnsmasq, process " + pid.getAsInt() + ": " + Errno.describe(Native.errno()));
            }
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (isOurs(pid.getAsInt(), bridge)) {
                if (System.nanoTime() - end > 0) {
                    throw new DhcpException("dnsmasq, process " + pid.getAsInt() + ", does not end on SIGTERM");
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
        deleteRunFiles(bridge);
        return pid.isPresent();
    }

    /**
     * Forgets the leases of this bridge, whose server must not run.
     *
     * @param bridge its device
     */
    public void forget(String bridge) {
        delete(leaseFile(bridge));
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
        return pid(bridge);
    }

    private OptionalInt pid(String bridge) {
        try {
            int pid = Integer.parseInt(Files.readString(pidFile(bridge)).strip());
            return pid > 1 && isOurs(pid, bridge) ? OptionalInt.of(pid) : OptionalInt.empty();
        } catch (IOException | NumberFormatException none) {
            return OptionalInt.empty();
        }
    }

    /** A zombie has no command line any more, and so counts as ended. */
    private boolean isOurs(int pid, String bridge) {
        Path process = Path.of("/proc", Integer.toString(pid));
        try {
            String[] words = Files.readString(process.resolve("cmdline")).split("\0", -1);
            return words.length >= 2
                    && words[0].endsWith("/dnsmasq")
                    && words[1].equals(confArgument(bridge))
                    && isHere(process);
        } catch (IOException gone) {
            return false;
        }
    }

    private static boolean isHere(Path process) throws IOException {
        try {
            return Files.readSymbolicLink(process.resolve("ns/net"))
                    .equals(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
        } catch (AccessDeniedException anotherUsers) {
            // Without CAP_SYS_PTRACE nobody tells; who runs servers in several namespaces from one directory has it.
            return true;
        }
    }

    private String confArgument(String bridge) {
        return "--conf-file=" + conf(bridge);
    }

    private Path conf(String bridge) {
        return runFile(bridge, ".conf");
    }

    private Path pidFile(String bridge) {
        return runFile(bridge, ".pid");
    }

    private Path runFile(String bridge, String ending) {
        return runDir.resolve("dnsmasq-" + bridge + ending);
    }

    private Path leaseFile(String bridge) {
        return stateDir.resolve("dnsmasq-" + bridge + ".leases");
    }

    private void deleteRunFiles(String bridge) {
        delete(conf(bridge));
        delete(pidFile(bridge));
        delete(runFile(bridge, ".log"));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new DhcpException("cannot delete " + file + ": " + DurableFile.reason(e), e);
        }
    }
}
