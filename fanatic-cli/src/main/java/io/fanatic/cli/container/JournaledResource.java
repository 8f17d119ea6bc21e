package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.cli.container.journal.Note;
import java.util.List;
import java.util.Optional;

/**
 * Makes and takes away one {@link Resource}, with the journal in step: the note is on disk before the thing is there, and
 * goes after it. So whoever kills us in between leaves a note about nothing, which both ways can cope with.
 */
public final class JournaledResource {
    private final Resource resource;
    private final Journal journal;
    private final String fan;

    public JournaledResource(Resource resource, Journal journal, FanAttachment fan) {
        this.resource = resource;
        this.journal = journal;
        this.fan = fan.description();
    }

    /** What is there, seen from us. */
    public enum Standing {
        /** Nothing. */
        ABSENT,
        /** Nothing but our note: whoever wrote it ended before the thing was made, or after it was taken away; or somebody else took it. */
        NOTED,
        /** What we made, as it should be. */
        OURS,
        /** What we made, for the fan as it was earlier. */
        OUTDATED,
        /** What we made and somebody changed. */
        ALTERED,
        /** Something that we did not make. */
        FOREIGN
    }

    public Standing standing() {
        Optional<String> present = resource.present();
        Optional<Note> note = journal.read();
        if (present.isEmpty()) {
            return note.isEmpty() ? Standing.ABSENT : Standing.NOTED;
        }
        if (note.isEmpty()) {
            return Standing.FOREIGN;
        }
        if (!note.get().wrote(present.get())) {
            return Standing.ALTERED;
        }
        return wanted().filter(present.get()::equals).isPresent() ? Standing.OURS : Standing.OUTDATED;
    }

    /** Empty when the fan has no share of the slice for it any more. */
    private Optional<String> wanted() {
        try {
            return Optional.of(resource.wanted());
        } catch (CommandException noRoom) {
            return Optional.empty();
        }
    }

    /** In what it differs from what it should be. */
    String differences() {
        return Difference.description(wanted().orElse("{}"), resource.present().orElse("{}"));
    }

    /** The steps of {@link #enable}, after finding out that it can work. */
    public List<String> enabling() {
        return switch (standing()) {
            case ABSENT, NOTED -> List.of(resource.creating());
            case OURS -> List.of();
            case OUTDATED -> {
                requireUnused();
                yield List.of(resource.removing(), resource.creating());
            }
            case FOREIGN ->
                throw CommandException.conflict(
                        resource.title() + " is there already and was not made by fanatic; remove or rename it first");
            case ALTERED -> throw altered();
        };
    }

    public List<String> enable() {
        List<String> steps = enabling();
        if (steps.size() > 1) {
            resource.remove();
        }
        if (!steps.isEmpty()) {
            String whom = fan + resource.addresses().map(range -> " " + range).orElse("");
            journal.write(Note.ofNew(resource.title(), whom, resource.wanted()));
            try {
                resource.create();
            } catch (CommandException e) {
                if (resource.present().isEmpty()) {
                    journal.forget();
                }
                throw e;
            }
        }
        return steps;
    }

    /** The steps of {@link #disable} with force. */
    public List<String> disabling() {
        return switch (standing()) {
            case OURS, OUTDATED -> {
                List<String> users = resource.users();
                yield users.isEmpty()
                        ? List.of(resource.removing())
                        : List.of(
                                "take " + String.join(", ", users) + " off the fan; " + resource.fate(),
                                resource.removing());
            }
            case ALTERED -> throw altered();
            case NOTED -> List.of("delete the note about " + resource.title() + ", which is not there");
            case ABSENT, FOREIGN -> List.of();
        };
    }

    public List<String> disable(boolean force) {
        boolean there = standing() != Standing.NOTED;
        List<String> steps = disabling();
        if (there && !steps.isEmpty()) {
            if (force) {
                resource.detachUsers();
            } else {
                requireUnused();
            }
            resource.remove();
        }
        if (resource.present().isEmpty()) {
            resource.sweep();
            journal.forget();
        }
        return steps;
    }

    private void requireUnused() {
        List<String> users = resource.users();
        if (!users.isEmpty()) {
            throw CommandException.inUse(resource.title() + " is in use by " + String.join(", ", users)
                    + "; remove these first, or use --force: then " + resource.fate());
        }
    }

    CommandException altered() {
        return CommandException.conflict(resource.title() + " has been changed since fanatic made it (" + differences()
                + "); nothing is touched: undo that change, or remove it yourself, then run this again");
    }
}
