package io.fanatic.cli.names;

import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineUnavailableException;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.names.ContainerSource;
import io.fanatic.netlink.names.NamedContainer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The containers of one engine.
 *
 * @param engine who is asked
 * @param network the fans of this host
 */
record EngineSource(ContainerEngine engine, FanNetwork network) implements ContainerSource {

    static List<ContainerSource> of(List<ContainerEngine> engines) {
        List<ContainerSource> sources = new ArrayList<>();
        engines.forEach(engine -> sources.add(new EngineSource(engine, FanNetwork.onThisHost())));
        return sources;
    }

    @Override
    public String title() {
        return engine.kind().title();
    }

    @Override
    public List<NamedContainer> containers() {
        // Most engines list the same for every fan.
        Set<NamedContainer> containers = new LinkedHashSet<>();
        for (Fan fan : network.list()) {
            for (FanSlice slice : fan.slices()) {
                try {
                    containers.addAll(engine.named(FanAttachment.of(fan, slice)));
                } catch (EngineUnavailableException e) {
                    if (!e.isAbsent() && isOn(fan)) {
                        throw e;
                    }
                }
            }
        }
        return List.copyOf(containers);
    }

    /** An engine that cannot be asked, and was never put on the fan, has no containers there. */
    private boolean isOn(Fan fan) {
        return engine.noted().stream().anyMatch(entry -> entry.overlay().equals(fan.overlay()));
    }
}
