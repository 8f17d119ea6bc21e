package io.fanatic.harness.probe;

/** Hears how far something has come that takes a while. */
public interface Progress {
    /** For whoever does not want to know. */
    Progress UNHEARD = (what, done, all) -> {};

    /**
     * Called by the thread that does the work, as each part ends.
     *
     * @param what a word or two
     * @param done how many parts have ended, from 0
     * @param all how many parts there are
     */
    void at(String what, int done, int all);
}
