package io.fanatic.cli.container.lxd;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The test instance of LXD or Incus. It opens a connection of its own to be destroyed by, also from a shutdown hook. */
record LxdTestContainer(EngineKind kind, Path socket, Ipv4Address address, Namespace namespace)
        implements TestContainer {
    private static final String NAME = TestContainer.NAME;
    private static final String LABEL = "user.fanatic-test";

    /** A large system may take its time to boot. */
    private static final Duration BOOT = Duration.ofSeconds(90);

    private static final Duration PAUSE = Duration.ofMillis(100);

    static LxdTestContainer start(LxdApi lxd, FanAttachment fan, Optional<String> image, Consumer<String> progress) {
        lxd.instance(NAME).ifPresent(old -> {
            if (old.at("config").textOr(LABEL, "").isEmpty()) {
                throw CommandException.conflict("there is an instance " + NAME + " in "
                        + lxd.kind().title() + " that is not one of fanatic's tests; rename it first");
            }
            lxd.destroy(NAME);
        });
        JsonObject instance = JsonValues.object("name", NAME, "type", "container");
        instance.add("source", LxdImage.source(lxd, image, progress));
        instance.add("profiles", JsonValues.array("default", fan.bridge()));
        instance.add("config", JsonValues.object(LABEL, "1", "boot.autostart", "false"));
        try {
            lxd.createInstance(instance, progress);
            lxd.start(NAME);
            return awaitAddress(lxd, fan, progress);
        } catch (RuntimeException | Error e) {
            lxd.destroy(NAME);
            throw e;
        }
    }

    private static LxdTestContainer awaitAddress(LxdApi lxd, FanAttachment fan, Consumer<String> progress) {
        progress.accept("waiting for an address from the fan's DHCP server");
        long deadline = System.nanoTime() + BOOT.toNanos();
        while (System.nanoTime() < deadline) {
            Json state = lxd.state(NAME);
            long pid = state.number("pid").orElse(0);
            if (pid <= 0) {
                throw CommandException.failed("the test instance ended at once; choose another image with --image");
            }
            for (Json address : state.at("network", "eth0", "addresses").list()) {
                if (address.textOr("family", "").equals("inet")) {
                    return new LxdTestContainer(
                            lxd.kind(),
                            lxd.socket(),
                            inSlice(address.text("address"), fan),
                            new Namespace(Path.of("/proc/" + pid + "/ns/net"), Optional.empty()));
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            progress.accept("");
            if (Thread.currentThread().isInterrupted()) {
                throw CommandException.failed("interrupted while the test instance starts");
            }
        }
        throw CommandException.failed("the test instance got no address on eth0 in " + BOOT.toSeconds()
                + " seconds; does its image ask for one by DHCP?");
    }

    private static Ipv4Address inSlice(String text, FanAttachment fan) {
        try {
            Ipv4Address address = Ipv4Address.parse(text);
            if (fan.slice().cidr().contains(address)) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw CommandException.failed("the test instance got an address that is not of the slice "
                + fan.slice().cidr() + ": " + text);
    }

    @Override
    public String id() {
        return NAME;
    }

    @Override
    public void close() {
        try (LxdApi lxd = LxdApi.open(kind, socket)) {
            lxd.destroy(NAME);
        }
    }
}
