package io.fanatic.cli.wizard;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.core.Cidr;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the command line says already; it is not asked again.
 *
 * @param yes whether every question is answered by its usual answer
 * @param engines whether to put an engine on the fan, where that is said
 * @param defaultBridge whether plain {@code docker run} is to use the fan
 * @param test whether to test the engines
 * @param dhcp whether the fan is to lease addresses in any case
 * @param type of the tunnel, where that is said
 * @param port of the tunnel, where that is said
 * @param shares of the slice, where that is said
 * @param remotes hosts to test against, instead of asking
 */
public record Settings(
        boolean yes,
        Optional<UnderlaySpec> underlay,
        Optional<Cidr> overlay,
        Map<EngineKind, Boolean> engines,
        boolean defaultBridge,
        Optional<Boolean> test,
        boolean dhcp,
        Optional<TunnelType> type,
        OptionalInt port,
        Optional<Shares> shares,
        List<Ipv4Address> remotes) {

    public Settings {
        engines = Map.copyOf(engines);
        remotes = List.copyOf(remotes);
    }

    /** Nothing is said, all is asked. */
    public static final Settings NONE = new Settings(
            false,
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            false,
            Optional.empty(),
            false,
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            List.of());
}
