package io.fanatic.cli.check;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.terminal.OnExit;
import io.fanatic.cli.terminal.Progress;
import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Pause;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A container of this host and the host itself test each other: ping, 1 KiB, 64 MiB, both at once. The master is the host,
 * the slave the container; what the slave does, our own probes do inside the container's network namespace.
 */
public final class LocalTest {
    private static final long SHORT = 1024;
    private static final long LONG = 64L << 20;
    /** Of two pings, with a second for each. */
    private static final int ATTEMPTS = 5;

    /** Of an engine that is making a container: one request to it, or a moment of a download. */
    private static final Duration MAX_TO_SETTLE = Duration.ofSeconds(60);

    private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONG_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration IPV6_TIMEOUT = Duration.ofSeconds(15);
    private static final long IPV6_PAUSE_NANOS = 100_000_000;

    private final ContainerEngine engine;
    private final Consumer<String> say;
    private final Progress progress;

    public LocalTest(ContainerEngine engine, Consumer<String> say, Progress progress) {
        this.engine = engine;
        this.say = say;
        this.progress = progress;
    }

    /**
     * How it went.
     *
     * @param master stages that failed on the host's side
     * @param slave stages that failed on the container's side
     * @param skipped why nothing was tested, if so
     */
    public record Result(EngineKind kind, int master, int slave, Optional<String> skipped) {

        public int failures() {
            return master + slave;
        }

        private Result and(Result more) {
            return new Result(kind, master + more.master, slave + more.slave, skipped);
        }

        /** 0, 9 when a stage failed, 1 when nothing could be tested. */
        public ExitCode exitCode() {
            if (skipped.isPresent()) {
                return ExitCode.FAILED;
            }
            return failures() == 0 ? ExitCode.DONE : ExitCode.TEST_FAILED;
        }
    }

    /**
     * Runs it.
     *
     * @param fan the fan, up, with the engine on it
     * @param image the engine's name of an image; else the engine chooses
     */
    public Result run(FanAttachment fan, Optional<String> image) {
        String name = "local " + engine.kind().word() + " test: ";
        say.accept(name + "creating test container ...");
        Ending ending = new Ending();
        OnExit destroyer = OnExit.run("destroy-fanatic-test", ending::onShutdown);
        Result result;
        try (Probes probes = Probes.open()) {
            TestContainer container = progress.during(
                    "starting a container",
                    () -> ending.start(() -> engine.startTest(fan, image, line -> {
                        ending.requireGoingOn();
                        if (!line.isEmpty()) {
                            progress.note(name + line);
                        }
                    })));
            say.accept(container.id());
            result = stages(probes, fan.slice().hostAddress(), container);
            if (fan.ipv6().isPresent()) {
                result = result.and(ipv6(probes, fan, fan.ipv6().get(), container));
            }
            say.accept(name + "destroying test container ...");
        } catch (CommandException e) {
            say.accept(name + "skipped: " + e.getMessage());
            return new Result(engine.kind(), 0, 0, Optional.of(String.valueOf(e.getMessage())));
        } finally {
            progress.during("destroying the container", () -> {
                ending.destroy();
                return true;
            });
            destroyer.close();
        }
        // What docker kill and docker rm print.
        say.accept("fanatic-test");
        say.accept("fanatic-test");
        say.accept(name + "test complete " + (result.failures() == 0 ? "PASS" : "FAIL") + " (master=" + result.master()
                + " slave=" + result.slave() + ")");
        return result;
    }

    /**
     * Sees to it that the container goes, whenever the program ends: the one who runs the test and the one who ends the program wait for
     * each other, and the first of them destroys it.
     */
    private static final class Ending {
        private final CountDownLatch settled = new CountDownLatch(1);
        private volatile boolean came;
        private Optional<TestContainer> container = Optional.empty();

        /** What the engine has begun to make is either there in the end, or it has taken it away itself. */
        TestContainer start(Supplier<TestContainer> engine) {
            try {
                TestContainer started = engine.get();
                synchronized (this) {
                    container = Optional.of(started);
                }
                requireGoingOn();
                return started;
            } finally {
                settled.countDown();
            }
        }

        void requireGoingOn() {
            if (came) {
                throw new CommandException(ExitCode.CANCELLED, "interrupted");
            }
        }

        synchronized void destroy() {
            Optional<TestContainer> there = container;
            container = Optional.empty();
            there.ifPresent(TestContainer::close);
        }

        void onShutdown() {
            came = true;
            System.err.println("\ninterrupted; the test container is being removed");
            try {
                if (!settled.await(MAX_TO_SETTLE.toSeconds(), TimeUnit.SECONDS)) {
                    System.err.println("it does not start, and may be left: fanatic-test");
                }
                destroy();
            } catch (InterruptedException | RuntimeException e) {
                System.err.println("the test container fanatic-test is left: " + e.getMessage());
            }
        }
    }

    /** Both sides at once, stage by stage; the lines in the order of the transcript. */
    private Result stages(Probes probes, Ipv4Address host, TestContainer container) {
        Ipv4Address inner = container.address();
        Namespace outside = Namespace.here();
        Namespace inside = container.namespace();

        say.accept("test master: ping test (" + inner + ") ...");
        say.accept("test slave: ping test (" + host + ") ...");
        progress.during("waiting for the container to answer", () -> answers(probes, inner, outside));
        CompletableFuture<PingResult> masterPing = Ping.to(inner).start(probes, outside);
        CompletableFuture<PingResult> slavePing = Ping.to(host).start(probes, inside);
        PingResult ping = progress.during("pinging", masterPing::join);
        PingResult back = progress.during("pinging", slavePing::join);

        say.accept("test master: ping test ... " + Verdict.of(ping));
        say.accept("test master: short data test (" + host + " -> " + inner + ") ...");
        say.accept("test slave: ping test ... " + Verdict.of(back));
        say.accept("test slave: short data test (" + inner + " -> " + host + ") ...");
        Pair little = transfer(probes, SHORT, SHORT_TIMEOUT, host, inner, outside, inside);
        say.accept("test master: short data ... " + Verdict.of(little.master));
        say.accept("test slave: short data ... " + Verdict.of(little.slave));

        say.accept("test slave: long data test (" + inner + " -> " + host + ") ...");
        say.accept("test master: long data test (" + host + " -> " + inner + ") ...");
        // Where a kilobyte does not pass, there is no use in waiting long for more.
        boolean hope = little.master.ok() && little.slave.ok();
        Pair much = transfer(probes, LONG, hope ? LONG_TIMEOUT : SHORT_TIMEOUT, host, inner, outside, inside);
        say.accept("test master: long data ... " + Verdict.of(much.master));
        say.accept("test slave: long data ... " + Verdict.of(much.slave));
        return new Result(
                engine.kind(),
                failed(ping.ok()) + failed(little.master.ok()) + failed(much.master.ok()),
                failed(back.ok()) + failed(little.slave.ok()) + failed(much.slave.ok()),
                Optional.empty());
    }

    /** What the stages of IPv4 have not shown: that the container has an address of IPv6, and that data passes to and from it. */
    private Result ipv6(Probes probes, FanAttachment fan, Ipv6Mapping mapping, TestContainer container) {
        Ipv6Prefix slice = mapping.sliceOf(fan.slice().underlayAddress());
        Ipv6Address host = mapping.hostAddressOf(fan.slice().underlayAddress());
        Optional<IpAddress> inner = progress.during(
                "waiting for the container's IPv6 address", () -> ipv6Address(container.namespace(), slice));
        if (inner.isEmpty()) {
            say.accept("test master: IPv6 data ... FAIL (the container has no address of " + slice + "; if "
                    + engine.kind().title() + " was put on the fan before the IPv6 overlay was, enable it again)");
            return new Result(engine.kind(), 1, 0, Optional.empty());
        }
        say.accept("test master: IPv6 data test (" + host + " -> " + inner.get() + ") ...");
        say.accept("test slave: IPv6 data test (" + inner.get() + " -> " + host + ") ...");
        Pair data = transfer(probes, LONG, LONG_TIMEOUT, host, inner.get(), Namespace.here(), container.namespace());
        say.accept("test master: IPv6 data ... " + Verdict.of(data.master));
        say.accept("test slave: IPv6 data ... " + Verdict.of(data.slave));
        return new Result(engine.kind(), failed(data.master.ok()), failed(data.slave.ok()), Optional.empty());
    }

    /** By router advertisements it comes in seconds. */
    private static Optional<IpAddress> ipv6Address(Namespace container, Ipv6Prefix slice) {
        long deadline = System.nanoTime() + IPV6_TIMEOUT.toNanos();
        while (true) {
            Optional<IpAddress> usable = container.call(() -> {
                try (NetlinkSocket netlink = NetlinkSocket.open()) {
                    return new Addresses(netlink)
                            .list(IpFamily.IPV6).stream()
                                    .filter(each -> slice.contains(each.address()) && !each.tentative())
                                    .map(InterfaceAddress::address)
                                    .findFirst();
                }
            });
            if (usable.isPresent() || System.nanoTime() - deadline > 0) {
                return usable;
            }
            Pause.nanos(IPV6_PAUSE_NANOS);
        }
    }

    /** A port of a bridge forwards only a moment after its device came up; until then nothing passes. */
    private static boolean answers(Probes probes, Ipv4Address target, Namespace from) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (Ping.to(target).withCount(1).start(probes, from).join().ok()) {
                return true;
            }
        }
        return false;
    }

    private static int failed(boolean ok) {
        return ok ? 0 : 1;
    }

    /** The two connections of a stage: the master opens one, the slave the other. */
    private record Pair(TransferResult master, TransferResult slave) {}

    private Pair transfer(
            Probes probes,
            long bytes,
            Duration timeout,
            IpAddress host,
            IpAddress inner,
            Namespace outside,
            Namespace inside) {
        CompletableFuture<TransferResult> master =
                BulkTransfer.to(inner).withBytes(bytes).withTimeout(timeout).start(probes, outside, inside);
        CompletableFuture<TransferResult> slave =
                BulkTransfer.to(host).withBytes(bytes).withTimeout(timeout).start(probes, inside, outside);
        return progress.during("sending data", () -> new Pair(master.join(), slave.join()));
    }
}
