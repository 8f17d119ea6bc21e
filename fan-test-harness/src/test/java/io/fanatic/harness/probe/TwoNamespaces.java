package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Two namespaces and a cable, made with ip(8):
 *
 * <pre>
 *   left: eth0 192.0.2.1/24 ---- veth ---- right: eth0 192.0.2.2/24
 * </pre>
 */
public final class TwoNamespaces implements BeforeEachCallback, AfterEachCallback {

    public static final Ipv4Address LEFT = Ipv4Address.parse("192.0.2.1");
    public static final Ipv4Address RIGHT = Ipv4Address.parse("192.0.2.2");
    public static final Ipv4Address NOBODY = Ipv4Address.parse("192.0.2.3");

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Of its own for each test, as some run at the same time. */
    private final String prefix = "fant-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";

    public Namespace left = Namespace.named(prefix + "l");
    public Namespace right = Namespace.named(prefix + "r");

    @Override
    public void beforeEach(ExtensionContext context) {
        assumeTrue(LIBC.geteuid() == 0, "namespaces need root");
        left = Namespace.create(prefix + "l");
        right = Namespace.create(prefix + "r");
        ip(left, "link add eth0 type veth peer name eth0 netns " + prefix + "r");
        ip(left, "address add " + LEFT + "/24 dev eth0");
        ip(right, "address add " + RIGHT + "/24 dev eth0");
        for (Namespace each : List.of(left, right)) {
            ip(each, "link set lo up");
            ip(each, "link set eth0 up");
        }
        await(left);
        await(right);
    }

    private static void await(Namespace namespace) {
        try (NetlinkSocket netlink = namespace.call(NetlinkSocket::open)) {
            assertThat(new Links(netlink).awaitRunning(List.of("eth0"), PATIENCE))
                    .as("cables that carry nothing")
                    .isEmpty();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        left.delete();
        right.delete();
        assertThat(Namespace.names()).noneMatch(name -> name.startsWith(prefix));
    }

    public static void ip(Namespace namespace, String arguments) {
        run(namespace, "ip " + arguments);
    }

    /** Gives what it prints. */
    public static String run(Namespace namespace, String command) {
        try {
            Process process = new ProcessBuilder(namespace.command(List.of(command.split(" "))))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
