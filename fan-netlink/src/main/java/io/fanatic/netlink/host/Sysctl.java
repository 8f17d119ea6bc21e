package io.fanatic.netlink.host;

import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Kernel parameters, sysctl(8), as files under /proc/sys.
 *
 * <p>Those under {@code net} belong to the network namespace of the <em>thread</em> that opens the file, not to the
 * process: on a thread that has called setns(2) they are the other namespace's (measured on Linux 6.18, and the kernel's
 * net/sysctl_net.c looks at the current task). Unlike /proc/net they need no /proc/thread-self.
 */
public final class Sysctl {
    private static final Path ROOT = Path.of("/proc/sys");
    private static final int MAX_BYTES = 4096;

    private Sysctl() {}

    /**
     * {@return the value without its closing line end}
     *
     * @param key with dots, or with slashes where an interface's name may hold a dot: {@code net.ipv4.ip_forward},
     *     {@code net/ipv4/conf/eth0.100/rp_filter}
     * @throws UncheckedIOException when this kernel has no such parameter
     */
    public static String read(String key) {
        return find(key).orElseThrow(() -> new UncheckedIOException(new NoSuchFileException("no sysctl " + key)));
    }

    /**
     * As {@link #read}, where the parameter need not be there.
     *
     * @param key as for {@link #read}
     * @return the value; empty when there is no such parameter, for example because its interface has gone
     */
    public static Optional<String> find(String key) {
        // In one call: the kernel returns a number once, and a read of its first byte never sees the rest.
        try (InputStream file = Files.newInputStream(file(key))) {
            return Optional.of(new String(file.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).stripTrailing());
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            // Open files of an interface that goes cannot be read any more.
            if (!Files.exists(file(key))) {
                return Optional.empty();
            }
            throw new UncheckedIOException("cannot read the sysctl " + key + ": " + DurableFile.reason(e), e);
        }
    }

    /**
     * {@return whether there is such a parameter and its value is 1}
     *
     * @param key as for {@link #read}
     */
    public static boolean isOn(String key) {
        return find(key).equals(Optional.of("1"));
    }

    /**
     * {@return whether there is such a parameter and this process may set it; not in a container that sees /proc/sys read-only, for example}
     *
     * @param key as for {@link #read}
     */
    public static boolean isWritable(String key) {
        // By opening it: what access(2) says is about the user, not about capabilities.
        try (FileChannel file = FileChannel.open(file(key), StandardOpenOption.WRITE)) {
            return file.isOpen();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Sets a value.
     *
     * @param key as for {@link #read}
     * @param value without line end
     * @throws UncheckedIOException when there is no such parameter, or the kernel refuses the value
     */
    public static void write(String key, String value) {
        try {
            Files.writeString(file(key), value, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot set the sysctl " + key + " to " + value + ": " + DurableFile.reason(e), e);
        }
    }

    private static Path file(String key) {
        Path file =
                ROOT.resolve(key.indexOf('/') < 0 ? key.replace('.', '/') : key).normalize();
        if (!file.startsWith(ROOT) || file.equals(ROOT)) {
            throw new IllegalArgumentException("\"" + key + "\" is not a sysctl");
        }
        return file;
    }
}
