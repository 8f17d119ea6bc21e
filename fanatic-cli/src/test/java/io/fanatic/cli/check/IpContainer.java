package io.fanatic.cli.check;

import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A container as an engine would make it: a network namespace with a cable into the fan's bridge, by ip(8). */
public record IpContainer(Ipv4Address address) implements TestContainer {
    private static final String NAME = "fanatic-test";
    private static final String PORT = "fanatic-test-p";

    public static IpContainer start(FanAttachment fan) {
        Ipv4Address address = fan.slice().firstContainerAddress();
        ip("netns add " + NAME);
        ip("link add " + PORT + " mtu " + fan.mtu() + " type veth peer name eth0 mtu " + fan.mtu() + " netns " + NAME);
        ip("link set " + PORT + " master " + fan.bridge() + " up");
        ip("-n " + NAME + " addr add " + address + "/" + fan.overlay().prefixLength() + " dev eth0");
        ip("-n " + NAME + " link set lo up");
        ip("-n " + NAME + " link set eth0 up");
        return new IpContainer(address);
    }

    private static void ip(String words) {
        try {
            Path output = Files.createTempFile("ip", ".txt");
            try {
                List<String> command = new ArrayList<>(List.of("/usr/sbin/ip"));
                command.addAll(List.of(words.split(" ")));
                if (Spawn.run(command, output, Duration.ofMinutes(1)) != 0) {
                    throw new IllegalStateException("ip " + words + ": " + Files.readString(output));
                }
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String id() {
        return "34710d2c9a85";
    }

    @Override
    public Namespace namespace() {
        return Namespace.named(NAME);
    }

    @Override
    public void close() {
        if (namespace().exists()) {
            ip("link del " + PORT);
            ip("netns del " + NAME);
        }
    }
}
