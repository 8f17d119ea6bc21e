package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace for one test, built with iproute2; everything in it goes with it. */
final class TestHost implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "fant-" + ProcessHandle.current().pid() + "-bpf" + NUMBER.incrementAndGet();
    private final Namespace namespace = Namespace.create(name);

    /** Without IPv6, whose neighbour discovery would walk through every counter. */
    TestHost() {
        exec("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");
        exec("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        exec("ip", "link", "set", "lo", "up");
    }

    String name() {
        return name;
    }

    Namespace namespace() {
        return namespace;
    }

    /** Runs {@code ip} with these words, divided by spaces, inside. */
    void ip(String words) {
        exec(("ip " + words).split(" ", -1));
    }

    /** The index of a device. */
    int index(String device) {
        String line = exec("ip", "-o", "link", "show", "dev", device);
        return Integer.parseInt(line.substring(0, line.indexOf(':')));
    }

    String exec(String... command) {
        try {
            Process process = new ProcessBuilder(namespace.command(List.of(command))).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // Apart: ip(8) complains there about peers in namespaces that end at this moment, and goes on.
            String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s: %s%s", String.join(" ", command), output, errors)
                    .isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        namespace.delete();
    }
}
