package io.fanatic.netlink.names;

/** What {@link Names} counts. */
public enum NamesCounter {
    /** Queries that came, by UDP and TCP. */
    QUERIES("queries"),
    /** Queries that were answered. */
    ANSWERED("answered"),
    /** Queries for other names, passed on to the host's name servers. */
    FORWARDED("forwarded"),
    /** Queries that this asker may not ask, and connections of who may ask nothing; nothing was sent. */
    NOT_SERVED("not served"),
    /** Queries and connections above a limit, also of length; nothing was sent. */
    OVER_LIMIT("over limit"),
    /** Queries to other hosts. */
    OWNERS_ASKED("owners asked"),
    /** Answers of other hosts that were not believed. */
    NOT_BELIEVED("not believed"),
    /** Other hosts that did not answer in time. */
    SILENT_OWNERS("silent owners");

    private final String words;

    NamesCounter(String words) {
        this.words = words;
    }

    /** {@return it in words, as the programs print it} */
    public String words() {
        return words;
    }
}
