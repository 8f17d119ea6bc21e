package io.fanatic.netlink.watch;

import io.fanatic.core.FanEntry;
import io.fanatic.core.UnderlaySpec;
import java.util.Optional;

/** A line of the configuration that is watched, and what is remembered of its fan. */
final class WatchedFan {
    private FanEntry entry;
    private Optional<UnderlaySpec.Address> address = Optional.empty();
    private boolean down;
    private boolean lost;
    private boolean due = true;
    private String said = "";
    private final Backoff backoff = new Backoff();

    /** @param down whether it is left alone until somebody else brings it up */
    WatchedFan(FanEntry entry, boolean down) {
        this.entry = entry;
        this.down = down;
    }

    /** What makes a line the same line when its options change. */
    static String key(FanEntry entry) {
        return entry.overlay() + " " + entry.underlay();
    }

    FanEntry entry() {
        return entry;
    }

    void entry(FanEntry read) {
        entry = read;
    }

    /** The entry for one address, whatever the underlay of the line means by now. */
    FanEntry entryAt(UnderlaySpec.Address at) {
        return new FanEntry(entry.overlay(), at, entry.options());
    }

    String subject() {
        return entry.overlay().toString();
    }

    /** The underlay address that its fan is up with. */
    Optional<UnderlaySpec.Address> address() {
        return address;
    }

    void address(UnderlaySpec.Address found) {
        address = Optional.of(found);
    }

    boolean down() {
        return down;
    }

    void down(boolean value) {
        down = value;
    }

    /** Whether the repair of another slice of its fan took away what was left of it, so that nobody has taken it down. */
    boolean lost() {
        return lost;
    }

    void lost(boolean value) {
        lost = value;
    }

    /** Whether it has to be looked at. */
    boolean due() {
        return due;
    }

    void due(boolean value) {
        due = value;
    }

    Backoff backoff() {
        return backoff;
    }

    /** As when the watch began: what was taken down comes up. */
    void reset() {
        address = Optional.empty();
        due = true;
        down = false;
        said = "";
        backoff.reset();
    }

    /** Whether a notice is news: the same thing is said once, until all was well in between. */
    boolean isNews(Notice notice) {
        String text = notice.toString();
        boolean news = !said.equals(text);
        said = text;
        return news;
    }

    boolean isWell() {
        return said.isEmpty();
    }

    void allIsWell() {
        said = "";
    }
}
