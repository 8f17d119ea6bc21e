package io.fanatic.cli.setup;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.MemoryKernel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A host whose kernel is in memory, with the real engine on it and fake container engines. */
public final class MemoryHost {
    private final Path directory;
    private final MemoryKernel kernel;
    private NamesService names = NamesService.NONE;
    private final List<FakeEngine> engines = new ArrayList<>();

    /** @param addresses of eth0, such as {@code 10.0.0.45/16} */
    public MemoryHost(Path directory, String... addresses) {
        this.directory = directory;
        List<AddressState> states = new ArrayList<>();
        for (String address : addresses) {
            String[] parts = address.split("/");
            states.add(new AddressState("eth0", Ipv4Address.parse(parts[0]), Integer.parseInt(parts[1])));
        }
        kernel = MemoryKernel.withEthernet("eth0", states.toArray(AddressState[]::new));
        kernel.stopStrongSwan("none is installed");
    }

    public MemoryHost with(FakeEngine engine) {
        engines.add(engine);
        return this;
    }

    /** With LXD and Docker, as the host of the transcript; without Incus. */
    public MemoryHost withUsualEngines() {
        return with(FakeEngine.usable(EngineKind.DOCKER, directory))
                .with(FakeEngine.usable(EngineKind.LXD, directory))
                .with(FakeEngine.absent(EngineKind.INCUS, directory));
    }

    /** With systemd, of which only this program is there. */
    public MemoryHost withSystemctl(Path program) {
        names = new NamesService(Optional.of(program));
        return this;
    }

    public MemoryKernel kernel() {
        return kernel;
    }

    public Path configuration() {
        return directory.resolve("network/fan");
    }

    public FakeEngine engine(EngineKind kind) {
        return engines.stream()
                .filter(engine -> engine.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    public Host host() {
        return new Host(
                FanNetwork.over(kernel),
                List.copyOf(engines),
                new FanFile(configuration(), directory.resolve("state")),
                directory.resolve("run"),
                names);
    }
}
