package io.fanatic.netlink.host;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespaceTest {
    private static final String NAME = "fant-" + ProcessHandle.current().pid() + "-ns";

    private static final int CLONE_NEWNS = 0x00020000;
    private static final int MS_REC = 1 << 14;
    private static final int MS_SLAVE = 1 << 19;

    @TempDir
    Path directory;

    @BeforeEach
    void needsRoot() {
        assumeTrue(LIBC.geteuid() == 0, "namespaces need root");
    }

    @AfterEach
    void leavesNothing() {
        Namespace.named(NAME).delete();
        assertThat(Namespace.names()).doesNotContain(NAME);
    }

    /** The trace of what failed on another thread says who asked for it. */
    @Test
    void theCallersFramesAreInTheTraceOfWhatFails() {
        Namespace namespace = Namespace.create(NAME);

        assertThatThrownBy(() -> namespace.run(() -> {
                    throw new IllegalStateException("no");
                }))
                .satisfies(e -> assertThat(List.of(e.getStackTrace()))
                        .extracting(StackTraceElement::getMethodName)
                        .contains("theCallersFramesAreInTheTraceOfWhatFails", "result"));
    }

    /** As if the work ran on the caller's own thread. */
    @Test
    void anInterruptOfTheCallerIsOneOfTheWorkAndStaysTheCallers() {
        Namespace namespace = Namespace.create(NAME);
        Thread caller = Thread.currentThread();

        boolean seen = namespace.call(() -> {
            caller.interrupt();
            try {
                new CountDownLatch(1).await(30, TimeUnit.SECONDS);
                return false;
            } catch (InterruptedException expected) {
                return true;
            }
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(seen).isTrue();
    }

    @Test
    void workRunsInsideAndTheCallingThreadStaysOutside() throws IOException {
        Path own = Path.of("/proc/thread-self/ns/net");
        Path before = Files.readSymbolicLink(own);
        Namespace namespace = Namespace.create(NAME);

        Path inside = namespace.call(() -> Files.readSymbolicLink(own));

        assertThat(inside).isNotEqualTo(before);
        assertThat(Files.readSymbolicLink(own)).isEqualTo(before);
        assertThat(namespace.exists()).isTrue();
        assertThat(Namespace.names()).contains(NAME);
    }

    @Test
    void aTakenNameIsRefusedAndStaysAsItWas() {
        Namespace first = Namespace.create(NAME);
        Path inside = first.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));

        assertThatThrownBy(() -> Namespace.create(NAME)).hasMessageContaining(NAME);

        assertThat(first.<Path>call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))))
                .isEqualTo(inside);
    }

    @Test
    void anAbsentNamespaceIsNamedInTheError() {
        assertThatThrownBy(() -> Namespace.named(NAME).call(() -> 1))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessageContaining(NAME);
    }

    @Test
    void aNameThatIsAPathIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("precious"), "");
        String path = Namespace.NAMED.relativize(file).toString();
        for (String name : List.of(path, file.toString(), "", ".", "..", "a/b", "a\0b", "x".repeat(256))) {
            assertThatThrownBy(() -> Namespace.named(name).delete())
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not the name of a network namespace");
            assertThatThrownBy(() -> Namespace.create(name)).as(name).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(file).exists();
    }

    @Test
    void whatIsNoNamespaceIsNotDeleted() throws IOException {
        Namespace namespace = Namespace.create(NAME);
        Path file = Files.writeString(directory.resolve("precious"), "content");
        Path link = Files.createSymbolicLink(directory.resolve("link"), namespace.network());
        for (Path other : List.of(file, link, directory)) {
            assertThatThrownBy(() -> new Namespace(other, Optional.empty()).delete())
                    .hasMessageContaining(other + " is not a network namespace; it was not deleted");
            assertThat(other).exists();
        }
        assertThat(file).hasContent("content");
        assertThat(namespace.<Integer>call(() -> 1)).isEqualTo(1);
    }

    @Test
    void whatARunThatWasKilledLeftOfANamespaceIsDeleted() throws IOException {
        Namespace namespace = Namespace.create(NAME);
        check("unmount", LIBC.umount2(namespace.network().toString(), 0));

        namespace.delete();

        assertThat(namespace.network()).doesNotExist();
        namespace.delete();
    }

    // TESTING.md F5
    @Test
    void workInANamespaceLeavesNoDescriptorAndNoThreadInside() {
        Namespace namespace = Namespace.create(NAME);
        Path own = Path.of("/proc/thread-self/ns/net");
        List<Path> outside = namespacesOfThreads();
        int before = descriptors();

        for (int i = 0; i < 100; i++) {
            namespace.<Path>call(() -> Files.readSymbolicLink(own));
        }

        // Others of the JVM may come and go; a hundred do not.
        assertThat(descriptors()).isLessThan(before + 50);
        // A thread hands its result over before it ends.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!outside.containsAll(namespacesOfThreads()) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(outside).containsAll(namespacesOfThreads());
    }

    // TESTING.md F5
    @Test
    void workGoesOnInANamespaceThatIsDeletedMeanwhile() {
        Namespace namespace = Namespace.create(NAME);

        String links = namespace.call(() -> {
            namespace.delete();
            return Files.readString(Path.of("/proc/thread-self/net/dev"));
        });

        assertThat(links).contains("lo:").doesNotContain("eth0");
        assertThat(namespace.exists()).isFalse();
        assertThatThrownBy(() -> namespace.call(() -> 1)).hasMessageContaining(NAME);
    }

    private static int descriptors() {
        return Objects.requireNonNull(Path.of("/proc/self/fd").toFile().list()).length;
    }

    private static List<Path> namespacesOfThreads() {
        List<Path> found = new ArrayList<>();
        for (String thread :
                Objects.requireNonNull(Path.of("/proc/self/task").toFile().list())) {
            try {
                Path namespace = Files.readSymbolicLink(Path.of("/proc/self/task", thread, "ns/net"));
                if (!found.contains(namespace)) {
                    found.add(namespace);
                }
            } catch (IOException ended) {
                // Then it is nowhere.
            }
        }
        return found;
    }

    @Test
    void aMountNamespaceKeepsItsMountsToItself() throws Exception {
        Path pins = directory.resolve("pins");
        Path target = Files.createDirectory(directory.resolve("target"));
        Namespace.preparePins(pins);
        Namespace namespace = Namespace.create(NAME)
                .withMounts(
                        pins.resolve("mnt"),
                        () -> check("mount", LIBC.mount("tmpfs", target.toString(), "tmpfs", 0, null)));
        try {
            namespace.run(() -> write(target.resolve("inside"), "here"));

            assertThat(namespace.<Boolean>call(() -> Files.exists(target.resolve("inside"))))
                    .isTrue();
            assertThat(target).isEmptyDirectory();

            Process cat = new ProcessBuilder(namespace.command(
                            List.of("/usr/bin/cat", target.resolve("inside").toString())))
                    .start();
            assertThat(cat.getInputStream().readAllBytes()).asString().isEqualTo("here");
            assertThat(cat.waitFor()).isZero();
        } finally {
            namespace.delete();
            Namespace.removePins(pins);
        }
        assertThat(pins).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    /** Linux 6.18 numbers namespaces on each CPU by itself, and binds none in one with a higher number. */
    @Test
    void mountsArePinnedInANamespaceThatWasMadeOnAnotherCpu() throws Exception {
        Namespace namespace = Namespace.create(NAME);
        for (int cpu : List.of(0, 1)) {
            Path pins = directory.resolve("pins" + cpu);
            Path pin = pins.resolve("mnt");
            FutureTask<Boolean> outside = new FutureTask<>(() -> {
                Namespace.goTo(cpu);
                check("unshare", LIBC.unshare(CLONE_NEWNS));
                check("detach", LIBC.mount(null, "/", "none", MS_SLAVE | MS_REC, null));
                // The threads that it starts stay there.
                Namespace.goTo(1 - cpu);
                Namespace.preparePins(pins);
                Namespace withMounts =
                        namespace.withMounts(pin, () -> Files.writeString(pin.resolveSibling("in"), "x"));
                assertThat(withMounts.mount()).contains(pin);
                return withMounts.call(() -> Files.exists(pin.resolveSibling("in")));
            });
            new Thread(outside).start();
            assertThat(outside.get()).as("outside made on CPU " + cpu).isTrue();
        }
    }

    @Test
    void aFailingSetupIsReportedAndLeavesNoPin() {
        Path pins = directory.resolve("pins");
        Namespace.preparePins(pins);
        try {
            Namespace namespace = Namespace.create(NAME);
            assertThatThrownBy(() -> namespace.withMounts(pins.resolve("mnt"), () -> {
                        throw new IOException("no room");
                    }))
                    .hasMessageContaining("no room");
            assertThat(pins.resolve("mnt")).doesNotExist();
        } finally {
            Namespace.removePins(pins);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
