package io.fanatic.netlink.watch;

/**
 * Something that a watch has to say.
 *
 * @param kind what sort of thing
 * @param subject the overlay of the fan that it is about, or {@link #HOST}
 * @param text one line for people
 */
public record Notice(Kind kind, String subject, String text) {

    /** The subject of what is about no single fan. */
    public static final String HOST = "host";

    /** Their words are part of the interface. */
    public enum Kind {
        /** A fan is watched from now on. */
        WATCHING("watching"),
        /** The kernel told of a change that may concern a fan. */
        EVENT("event"),
        /** One step of a repair was done. */
        REPAIRED("repaired"),
        /** The underlay address has changed, and with it the slice would: nothing is done. */
        RENUMBERING("renumbering"),
        /** A fan was taken down on purpose; it is left alone. */
        DOWN("down"),
        /** A fan cannot be repaired now. */
        TROUBLE("trouble"),
        /** Somebody undoes the same repair again and again; repairs get rare. */
        FIGHT("fight"),
        /** Events were lost, so everything was looked at. */
        LOST("lost"),
        /** The configuration was read again. */
        RELOADED("reloaded");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** {@return the kind's word for logs and JSON: lower case; stable} */
        public String word() {
            return word;
        }
    }

    /** {@code repaired 250.0.0.0/8: set fan-250 up}. */
    @Override
    public String toString() {
        return kind.word + (subject.equals(HOST) ? "" : " " + subject) + ": " + text;
    }
}
