package io.fanatic.netlink.bpf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the programs on a tunnel are a fan's, at the end of the tunnel's ifalias:
 *
 * <pre>
 *   ... programs encap_1b2c3d4e 4712 guard_8f3a2b1c 4711 counters 4713 earlier 4702 4703
 * </pre>
 *
 * <p>The kernel tells the numbers of attached programs to whoever has CAP_NET_ADMIN, their names only to CAP_SYS_ADMIN. It gives no number
 * twice while it runs, so what a note says of a number stays true. It is written before the programs are attached: a number in it that
 * is not attached means nothing.
 *
 * @param names of the programs; they tell their content
 * @param encap number of the program on egress
 * @param guard number of the program on ingress
 * @param counters number of their map
 * @param earlier numbers of a fan's programs that may still be attached, when whoever was replacing them was killed
 */
public record ProgramNote(FanPrograms.Names names, int encap, int guard, int counters, List<Integer> earlier) {

    private static final String WORD = " programs ";

    public ProgramNote {
        earlier = List.copyOf(earlier);
    }

    /** About programs that are about to be attached. */
    public static ProgramNote of(FanPrograms programs, List<Integer> earlier) {
        BpfProgram.Info encap = programs.encap().info();
        BpfProgram.Info guard = programs.guard().info();
        return new ProgramNote(
                new FanPrograms.Names(encap.name(), guard.name()),
                encap.id(),
                guard.id(),
                programs.counters().info().id(),
                earlier);
    }

    /** The note at the end of an ifalias, if there is one. */
    public static Optional<ProgramNote> in(String alias) {
        int start = alias.indexOf(WORD);
        if (start < 0) {
            return Optional.empty();
        }
        String[] words = alias.substring(start + WORD.length()).split(" ", -1);
        if (words.length < 6 || !words[4].equals("counters") || words.length > 6 && !words[6].equals("earlier")) {
            return Optional.empty();
        }
        try {
            List<Integer> earlier = new ArrayList<>();
            for (int i = 7; i < words.length; i++) {
                earlier.add(Integer.parseInt(words[i]));
            }
            return Optional.of(new ProgramNote(
                    new FanPrograms.Names(words[0], words[2]),
                    Integer.parseInt(words[1]),
                    Integer.parseInt(words[3]),
                    Integer.parseInt(words[5]),
                    earlier));
        } catch (NumberFormatException damaged) {
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
        text.append(names.encap()).append(' ').append(encap);
        text.append(' ').append(names.guard()).append(' ').append(guard);
        text.append(" counters ").append(counters);
        for (int i = 0; i < earlier.size(); i++) {
            text.append(i == 0 ? " earlier " : " ").append(earlier.get(i));
        }
        return text.toString();
    }

    /** The numbers of all programs in it. */
    public Set<Integer> programs() {
        Set<Integer> all = new HashSet<>(earlier);
        all.add(encap);
        all.add(guard);
        return all;
    }
}
