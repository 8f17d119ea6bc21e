package io.fanatic.netlink.bpf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the programs on a device are a fan's, at the end of the device's ifalias:
 *
 * <pre>
 *   ... programs guard_8f3a2b1c 4711 encap_1b2c3d4e 4712 map 4713 earlier 4702 4703
 * </pre>
 *
 * <p>The kernel tells the numbers of attached programs to whoever has CAP_NET_ADMIN, their names only to CAP_SYS_ADMIN. It gives no number
 * twice while it runs, so what a note says of a number stays true. It is written before the programs are attached: a number in it that
 * is not attached means nothing.
 *
 * @param programs the latest ones
 * @param counters number of their map
 * @param earlier numbers of a fan's programs that may still be attached, when whoever was replacing them was killed
 */
public record ProgramRecord(List<Entry> programs, int counters, List<Integer> earlier) {

    private static final String WORD = " programs ";
    private static final String MAP = "map";
    private static final String EARLIER = "earlier";

    /**
     * One program.
     *
     * @param name tells its content, see {@link FanPrograms.Names} and {@link FanGate#name}
     * @param id the kernel's number
     */
    public record Entry(String name, int id) {

        /** Where it belongs. */
        public Tcx.Hook hook() {
            return FanPrograms.role(name) == AttachedProgram.Role.ENCAP ? Tcx.Hook.EGRESS : Tcx.Hook.INGRESS;
        }
    }

    public ProgramRecord {
        programs = List.copyOf(programs);
        earlier = List.copyOf(earlier);
    }

    /** About programs that are about to be attached. */
    public static ProgramRecord of(List<BpfProgram> programs, BpfMap counters, List<Integer> earlier) {
        List<Entry> entries = new ArrayList<>();
        for (BpfProgram program : programs) {
            BpfProgram.Info info = program.info();
            entries.add(new Entry(info.name(), info.id()));
        }
        return new ProgramRecord(entries, counters.info().id(), earlier);
    }

    /** The note at the end of an ifalias, if there is one. */
    public static Optional<ProgramRecord> in(String alias) {
        int start = alias.indexOf(WORD);
        if (start < 0) {
            return Optional.empty();
        }
        String[] words = alias.substring(start + WORD.length()).split(" ", -1);
        try {
            List<Entry> programs = new ArrayList<>();
            int at = 0;
            for (; !words[at].equals(MAP); at += 2) {
                programs.add(new Entry(words[at], Integer.parseInt(words[at + 1])));
            }
            int counters = Integer.parseInt(words[at + 1]);
            List<Integer> earlier = new ArrayList<>();
            if (words.length > at + 2 && words[at + 2].equals(EARLIER)) {
                for (int i = at + 3; i < words.length; i++) {
                    earlier.add(Integer.parseInt(words[i]));
                }
            }
            return Optional.of(new ProgramRecord(programs, counters, earlier));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException damaged) {
            return Optional.empty();
        }
    }

    /** An ifalias without its note. */
    public static String without(String alias) {
        int start = alias.indexOf(WORD);
        return start < 0 ? alias : alias.substring(0, start);
    }

    /** An ifalias with this note in place of the one that it may have. */
    public String appendedTo(String alias) {
        StringBuilder text = new StringBuilder(without(alias)).append(WORD);
        for (Entry program : programs) {
            text.append(program.name()).append(' ').append(program.id()).append(' ');
        }
        text.append(MAP).append(' ').append(counters);
        for (int i = 0; i < earlier.size(); i++) {
            text.append(i == 0 ? " " + EARLIER + " " : " ").append(earlier.get(i));
        }
        return text.toString();
    }

    /** The numbers of all programs in it. */
    public Set<Integer> ids() {
        Set<Integer> all = new HashSet<>(earlier);
        for (Entry program : programs) {
            all.add(program.id());
        }
        return all;
    }
}
