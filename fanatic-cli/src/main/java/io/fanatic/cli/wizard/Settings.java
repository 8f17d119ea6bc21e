package io.fanatic.cli.wizard;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the command line says already; it is not asked again. */
public final class Settings {
    /** Nothing is said, all is asked. */
    public static final Settings NONE = builder().build();

    private final Builder said;

    private Settings(Builder said) {
        this.said = said;
    }

    /** {@return a builder of what says nothing} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return whether every question is answered by its usual answer} */
    public boolean yes() {
        return said.yes;
    }

    Optional<UnderlaySpec> underlay() {
        return said.underlay;
    }

    Optional<Ipv4Prefix> overlay() {
        return said.overlay;
    }

    /** The options of the fan, with those that are said. */
    FanOptions applyTo(FanOptions options) {
        return said.options.apply(options);
    }

    /** Whether to put an engine on the fan, where that is said. */
    Map<EngineKind, Boolean> engines() {
        return said.engines;
    }

    /** Whether plain {@code docker run} is to use the fan. */
    boolean defaultBridge() {
        return said.defaultBridge;
    }

    /** Whether to serve names of containers. */
    Optional<Boolean> names() {
        return said.names;
    }

    /** Whether to test the engines. */
    Optional<Boolean> test() {
        return said.test;
    }

    /** {@return hosts to test against, instead of asking} */
    public List<Ipv4Address> remotes() {
        return said.remotes;
    }

    /** Says one thing after the other. */
    public static final class Builder {
        private boolean yes;
        private Optional<UnderlaySpec> underlay = Optional.empty();
        private Optional<Ipv4Prefix> overlay = Optional.empty();
        private UnaryOperator<FanOptions> options = UnaryOperator.identity();
        private Map<EngineKind, Boolean> engines = Map.of();
        private boolean defaultBridge;
        private Optional<Boolean> names = Optional.empty();
        private Optional<Boolean> test = Optional.empty();
        private List<Ipv4Address> remotes = List.of();

        private Builder() {}

        public Builder yes(boolean value) {
            yes = value;
            return this;
        }

        public Builder underlay(Optional<UnderlaySpec> value) {
            underlay = value;
            return this;
        }

        public Builder overlay(Optional<Ipv4Prefix> value) {
            overlay = value;
            return this;
        }

        public Builder options(UnaryOperator<FanOptions> value) {
            options = value;
            return this;
        }

        public Builder engines(Map<EngineKind, Boolean> value) {
            engines = Map.copyOf(value);
            return this;
        }

        public Builder defaultBridge(boolean value) {
            defaultBridge = value;
            return this;
        }

        public Builder names(Optional<Boolean> value) {
            names = value;
            return this;
        }

        public Builder test(Optional<Boolean> value) {
            test = value;
            return this;
        }

        public Builder remotes(List<Ipv4Address> value) {
            remotes = List.copyOf(value);
            return this;
        }

        /** {@return what was said; the builder is of no more use} */
        public Settings build() {
            return new Settings(this);
        }
    }
}
