package io.fanatic.harness.lab;

import io.fanatic.core.FanOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * How the fan of a host is brought up and taken down: by the real {@code fanctl}, or by a program's own code, which calls
 * into {@link LabHost#namespace}.
 */
public interface FanControl {

    /**
     * Brings up the fan of the host's {@link io.fanatic.core.FanSlice#mapping} on its underlay address.
     *
     * @param host where, and which fan
     * @throws RuntimeException with a sentence, when that fails
     */
    void up(LabHost host);

    /**
     * Takes it down again; nothing there is no error.
     *
     * @param host where, and which fan
     */
    void down(LabHost host);

    /**
     * {@return a program run inside the hosts: {@code fanctl up -u 10.0.0.1/16 -o 250.0.0.0/8}}
     *
     * @param program its path
     */
    static Fanctl fanctl(Path program) {
        return new Fanctl(List.of(program.toString()), List.of());
    }

    /** {@return the engine inside this process, with no flags} */
    static FanControl embedded() {
        return embedded(FanOptions.DEFAULT);
    }

    /**
     * {@return the engine inside this process}
     *
     * @param options of the fan
     */
    static FanControl embedded(FanOptions options) {
        return new EmbeddedFan(options);
    }
}
