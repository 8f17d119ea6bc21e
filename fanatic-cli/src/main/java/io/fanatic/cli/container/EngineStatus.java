package io.fanatic.cli.container;

/**
 * How an engine stands to a fan.
 *
 * @param state in a word
 * @param sentence what a person should know: which socket was asked, why it cannot be used, what differs from what was
 *     written; never empty
 */
public record EngineStatus(State state, String sentence) {

    public enum State {
        /** The engine is not on this host: no socket in any known place, no program. */
        ABSENT,
        /** It is on this host, but does not answer or is too old. */
        UNUSABLE,
        /** It can be put on the fan. */
        OFF,
        /** Its containers can be put on the fan, as we configured it. */
        ENABLED,
        /** It was configured by us, and somebody has changed that since. */
        ALTERED
    }

    public boolean usable() {
        return state != State.ABSENT && state != State.UNUSABLE;
    }
}
