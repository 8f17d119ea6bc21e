package io.fanatic.netlink.host;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An empty network namespace for each test, gone afterwards whatever happened. Without root the test is skipped with the
 * reason.
 */
public final class FreshNamespace implements BeforeEachCallback, AfterEachCallback {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "fant-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    private final List<NetlinkSocket> sockets = new ArrayList<>();
    private final List<Namespace> others = new ArrayList<>();

    @Override
    public void beforeEach(ExtensionContext context) {
        assumeTrue(LIBC.geteuid() == 0, "network namespaces need root");
        Namespace.create(name);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        sockets.forEach(NetlinkSocket::close);
        others.forEach(Namespace::delete);
        namespace().delete();
    }

    public Namespace namespace() {
        return Namespace.named(name);
    }

    /** One more namespace, gone with this one. */
    public Namespace another() {
        Namespace other = Namespace.create(name + "-" + COUNT.incrementAndGet());
        others.add(other);
        return other;
    }

    /** A socket inside, closed with the namespace. */
    public NetlinkSocket socket() {
        return socketOf(namespace());
    }

    /** A socket inside another namespace, closed with this one. */
    public NetlinkSocket socketOf(Namespace other) {
        NetlinkSocket socket = other.call(NetlinkSocket::open);
        sockets.add(socket);
        return socket;
    }

    public <T> T call(Callable<T> work) {
        return namespace().call(work);
    }

    public void run(Runnable work) {
        namespace().run(work);
    }

    /** Runs a command inside; its words are split at spaces. It must succeed; returns what it printed. */
    public String sh(String command) {
        return shIn(namespace(), command);
    }

    public static String shIn(Namespace namespace, String command) {
        return exec(namespace, command.split(" "));
    }

    /** Runs a command in a namespace. It must succeed; returns what it printed. */
    public static String exec(Namespace namespace, String... command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(namespace.command(List.of(command)));
            builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // Apart: ip(8) complains there about peers in namespaces that end at this moment, and goes on.
            String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s%n%s%s", String.join(" ", command), output, errors)
                    .isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #sh}, for the tools of iproute2 that print a JSON array. */
    public JsonArray json(String command) {
        String output = sh(command);
        return output.isBlank()
                ? new JsonArray()
                : JsonParser.parseString(output).getAsJsonArray();
    }
}
