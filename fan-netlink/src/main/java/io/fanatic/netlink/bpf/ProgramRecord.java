package io.fanatic.netlink.bpf;

import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which attached programs are a fan's, at the end of the ifalias of a device of ours:
 *
 * <pre>
 *   ... programs guard_8f3a2b1c 4711 encap_1b2c3d4e 4712 map 4713 earlier 4702 4703
 *   ... programs guard_8f3a2b1c 4711 encap_1b2c3d4e 4712 map 4713 on 2 clsact gate_5d6e7f80 4714 map 4715
 * </pre>
 *
 * <p>The kernel tells the numbers of attached programs to whoever has CAP_NET_ADMIN, their names only to CAP_SYS_ADMIN. It gives no number
 * twice while it runs, so what a note says of a number stays true. It is written before the programs are attached: a number in it that
 * is not attached means nothing.
 *
 * @param places the devices that have programs; the first is mostly the device with the note
 */
public record ProgramRecord(List<Place> places) {

    private static final String WORD = " programs";
    private static final String MAP = "map";
    private static final String EARLIER = "earlier";
    private static final String ON = "on";
    private static final String CLSACT = "clsact";

    /** Index that stands for the device with the note itself. */
    public static final int ITSELF = 0;

    private static final ProgramRecord NONE = new ProgramRecord(List.of());

    /**
     * The programs of one specification on one device.
     *
     * @param device its index, or {@link #ITSELF}; an index stays when a device is renamed
     * @param clsact whether the device's clsact was made for these programs and is to go with them, if nobody else uses it then
     * @param programs the latest ones
     * @param counters number of their map
     * @param earlier numbers of a fan's programs that may still be attached, when whoever was replacing them was killed
     */
    public record Place(int device, boolean clsact, List<Entry> programs, int counters, List<Integer> earlier) {

        public Place {
            programs = List.copyOf(programs);
            earlier = List.copyOf(earlier);
        }

        /** The numbers of all programs in it. */
        public Set<Integer> ids() {
            Set<Integer> all = new HashSet<>(earlier);
            for (Entry program : programs) {
                all.add(program.id());
            }
            return all;
        }

        /** The names of the latest programs. */
        public List<String> names() {
            List<String> names = new ArrayList<>();
            for (Entry program : programs) {
                names.add(program.name());
            }
            return names;
        }

        /** The same after the earlier programs have gone. */
        public Place withoutEarlier() {
            return new Place(device, clsact, programs, counters, List.of());
        }
    }

    /**
     * One program.
     *
     * @param name tells its content, see {@link ProgramSpec#names}
     * @param id the kernel's number
     */
    public record Entry(String name, int id) {

        /** Where it belongs. */
        public Tcx.Hook hook() {
            return Role.of(name).hook();
        }
    }

    public ProgramRecord {
        places = List.copyOf(places);
    }

    /** About programs that are about to be attached. */
    public static Place place(int device, boolean clsact, FanPrograms programs, List<Integer> earlier) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < programs.all().size(); i++) {
            entries.add(new Entry(
                    programs.names().get(i), programs.all().get(i).info().id()));
        }
        return new Place(device, clsact, entries, programs.counters().info().id(), earlier);
    }

    /** The note at the end of an ifalias; without places when there is none, or none that this release understands. */
    public static ProgramRecord in(String alias) {
        int start = start(alias);
        if (start < 0) {
            return NONE;
        }
        String[] words = alias.substring(start + WORD.length() + 1).split(" ", -1);
        try {
            List<Place> places = new ArrayList<>();
            int at = 0;
            while (at < words.length) {
                int device = ITSELF;
                boolean clsact = false;
                if (words[at].equals(ON)) {
                    device = Integer.parseInt(words[at + 1]);
                    clsact = words[at + 2].equals(CLSACT);
                    at += clsact ? 3 : 2;
                }
                List<Entry> programs = new ArrayList<>();
                for (; !words[at].equals(MAP); at += 2) {
                    programs.add(new Entry(words[at], Integer.parseInt(words[at + 1])));
                }
                int counters = Integer.parseInt(words[at + 1]);
                at += 2;
                List<Integer> earlier = new ArrayList<>();
                if (at < words.length && words[at].equals(EARLIER)) {
                    for (at++; at < words.length && !words[at].equals(ON); at++) {
                        earlier.add(Integer.parseInt(words[at]));
                    }
                }
                places.add(new Place(device, clsact, programs, counters, earlier));
            }
            return new ProgramRecord(places);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException damaged) {
            return NONE;
        }
    }

    /** An ifalias without its note. */
    public static String without(String alias) {
        int start = start(alias);
        return start < 0 ? alias : alias.substring(0, start);
    }

    private static int start(String alias) {
        return alias.indexOf(WORD + " ");
    }

    /** An ifalias with this note in place of the one that it may have. */
    public String appendedTo(String alias) {
        StringBuilder text = new StringBuilder(without(alias));
        if (!places.isEmpty()) {
            text.append(WORD);
        }
        for (Place place : places) {
            if (place.device() != ITSELF) {
                text.append(' ').append(ON).append(' ').append(place.device());
            }
            if (place.clsact()) {
                text.append(' ').append(CLSACT);
            }
            for (Entry program : place.programs()) {
                text.append(' ').append(program.name()).append(' ').append(program.id());
            }
            text.append(' ').append(MAP).append(' ').append(place.counters());
            for (int i = 0; i < place.earlier().size(); i++) {
                text.append(i == 0 ? " " + EARLIER + " " : " ")
                        .append(place.earlier().get(i));
            }
        }
        return text.toString();
    }

    /**
     * What it says of a device.
     *
     * @param device its index, or {@link #ITSELF}
     */
    public Optional<Place> at(int device) {
        for (Place place : places) {
            if (place.device() == device) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /** The same with this place, or with it in the stead of the one of the same device; that of the device itself stays the first. */
    public ProgramRecord with(Place place) {
        List<Place> all = new ArrayList<>(without(place.device()).places);
        all.add(place.device() == ITSELF ? 0 : all.size(), place);
        return new ProgramRecord(all);
    }

    /**
     * The same without what it says of a device.
     *
     * @param device its index, or {@link #ITSELF}
     */
    public ProgramRecord without(int device) {
        List<Place> others = new ArrayList<>(places);
        others.removeIf(place -> place.device() == device);
        return new ProgramRecord(others);
    }
}
