package io.fanatic.cli.check;

import io.fanatic.cli.container.FanAttachment;
import io.fanatic.core.Ipv4Address;
import java.util.function.Consumer;

/** Tests the way from this host's fan to another host's. */
public interface RemoteTest {

    /**
     * Runs it, printing as it goes.
     *
     * @param fan this host's
     * @param remote the other host's underlay address, in the same underlay
     * @return how many stages failed
     */
    int run(FanAttachment fan, Ipv4Address remote, Consumer<String> say);
}
