package io.fanatic.netlink.engine;

import io.fanatic.netlink.resource.Change;
import io.fanatic.netlink.resource.Resource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The changes that lead from what is observed to what is desired, in the order in which they are made. */
public final class Plan {
    /** No change at all. */
    static final Plan NOTHING = new Plan(List.of(), List.of());

    private final List<Change> changes;
    private final List<String> notes;

    private Plan(List<Change> changes, List<String> notes) {
        this.changes = List.copyOf(changes);
        this.notes = List.copyOf(notes);
    }

    /**
     * Compares by {@link Resource#key}. What is too much and {@linkplain Resource#goesFirst goes first} does; what is new or different
     * follows, in the order of {@code desired}; then what else is too much goes, last made first.
     */
    static Plan between(List<Resource> observed, List<Resource> desired) {
        Map<String, Resource> there = new LinkedHashMap<>();
        for (Resource resource : observed) {
            there.put(resource.key(), resource);
        }
        List<Change> changes = new ArrayList<>();
        Set<String> wanted = new HashSet<>();
        for (Resource resource : desired) {
            wanted.add(resource.key());
        }
        for (Resource resource : observed) {
            if (resource.goesFirst() && !wanted.contains(resource.key())) {
                there.remove(resource.key());
                changes.add(Change.delete(resource));
            }
        }
        for (Resource resource : desired) {
            Resource old = there.remove(resource.key());
            if (old == null) {
                changes.add(Change.create(resource));
            } else if (!old.equals(resource)) {
                changes.add(Change.replace(old, resource));
            }
        }
        List<Resource> tooMuch = new ArrayList<>(there.values());
        for (int i = tooMuch.size() - 1; i >= 0; i--) {
            changes.add(Change.delete(tooMuch.get(i)));
        }
        return new Plan(changes, List.of());
    }

    /** One change, and nothing to say. */
    static Plan of(Change change) {
        return new Plan(List.of(change), List.of());
    }

    /** First all of these changes, then all of the others. */
    Plan then(Plan others) {
        List<Change> all = new ArrayList<>(changes);
        all.addAll(others.changes);
        List<String> allNotes = new ArrayList<>(notes);
        allNotes.addAll(others.notes);
        return new Plan(all, allNotes);
    }

    /** The same changes, and one more thing to say. */
    Plan with(String note) {
        List<String> all = new ArrayList<>(notes);
        all.add(note);
        return new Plan(changes, all);
    }

    List<Change> changes() {
        return changes;
    }

    /** {@return whether there is nothing to do} */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** What a change does to a thing. */
    public enum Kind {
        /** It is made. */
        ADDED('+'),
        /** It stays and becomes different. */
        CHANGED('~'),
        /** It goes. */
        REMOVED('-');

        private final char sign;

        Kind(char sign) {
            this.sign = sign;
        }

        /** {@return a sign as in a diff: {@code +}, {@code ~} or {@code -}} */
        public char sign() {
            return sign;
        }
    }

    /**
     * A change, for programs that want to know what it is about.
     *
     * @param thing the kind of thing: {@code tunnel}, {@code programs}, {@code fast-path}, {@code direct}, {@code bridge}, {@code gate}, {@code port}, {@code address}, {@code
     *     up}, {@code route}, {@code neighbour}, {@code forwarding-entry}, {@code nat}, {@code
     *     underlay-only}, {@code tunnel-only}, {@code local-senders}, {@code accept}, {@code dhcp}, {@code clear-text}, {@code strongswan}, {@code forwarding}, {@code forward-filter} or
     *     {@code remembering}
     * @param kind what happens to it
     * @param description the change in words, as in {@link #lines}
     */
    public record Item(String thing, Kind kind, String description) {}

    /** {@return the changes in their order} */
    public List<Item> items() {
        List<Item> items = new ArrayList<>();
        for (Change change : changes) {
            String key = change.to().or(change::from).orElseThrow().key();
            int blank = key.indexOf(' ');
            Kind kind = change.to().isEmpty() ? Kind.REMOVED : change.from().isEmpty() ? Kind.ADDED : Kind.CHANGED;
            items.add(new Item(blank < 0 ? key : key.substring(0, blank), kind, change.toString()));
        }
        return items;
    }

    /**
     * {@return what a person should know who carries it out: what this kernel cannot do; a sentence each, mostly none}
     */
    public List<String> notes() {
        return notes;
    }

    /** {@return one line for each change, for people} */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Change change : changes) {
            lines.add(change.toString());
        }
        return lines;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Plan that && changes.equals(that.changes) && notes.equals(that.notes);
    }

    @Override
    public int hashCode() {
        return 31 * changes.hashCode() + notes.hashCode();
    }

    /** The {@link #lines}, or that there is nothing to do. */
    @Override
    public String toString() {
        return isEmpty() ? "nothing to do" : String.join("; ", lines());
    }
}
