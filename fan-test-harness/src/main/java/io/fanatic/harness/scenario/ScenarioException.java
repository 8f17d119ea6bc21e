package io.fanatic.harness.scenario;

import io.fanatic.core.FanaticException;

/** A scenario that cannot be understood or means nothing; the message begins with {@code file:line:}. */
public final class ScenarioException extends FanaticException {
    private static final long serialVersionUID = 1;

    ScenarioException(String file, int line, String sentence) {
        super(file + ":" + line + ": " + sentence, null);
    }
}
