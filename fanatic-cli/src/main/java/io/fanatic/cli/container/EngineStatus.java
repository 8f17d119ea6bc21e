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
        /** It was put on the fan by us, and does not answer now: its daemon is stopped, or does not start. */
        STOPPED,
        /** Its containers can be put on the fan, as we configured it. */
        ENABLED,
        /**
         * What we noted is not there, or not in force: a run of ours was killed on its way, or somebody has removed it. To enable
         * or disable it again puts that right.
         */
        HALF,
        /** It was configured by us, and somebody has changed that since. */
        ALTERED
    }

    /** Whether there is something of ours to be taken off the fan again. */
    public boolean isOurs() {
        return state == State.ENABLED || state == State.HALF || state == State.ALTERED || state == State.STOPPED;
    }

    public boolean usable() {
        return state != State.ABSENT && state != State.UNUSABLE && state != State.STOPPED;
    }
}
