package io.fanatic.cli.wizard;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.setup.FanState;
import io.fanatic.core.UnderlaySpec;
import java.util.List;
import java.util.Optional;

/**
 * What the dialogue came to.
 *
 * @param replaced the fan that goes to make room for another one
 * @param from the fan as it is
 * @param to the fan as it is to be
 * @param address the underlay address that it will be on
 * @param tests the engines to test
 */
public record Answers(
        Optional<FanState> replaced, FanState from, FanState to, UnderlaySpec address, List<EngineKind> tests) {
    public Answers {
        tests = List.copyOf(tests);
    }
}
