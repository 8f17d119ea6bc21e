package io.fanatic.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** What somebody who mistyped a command or an option may have meant: what differs from the word least, and by two letters at most. */
final class Suggestion {
    private static final int SHORT = 4;

    private Suggestion() {}

    /** {@code Did you mean "fanctl down"?} */
    static Optional<String> of(UnmatchedArgumentException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String word = e.getUnmatched().get(0);
        List<String> near;
        if (e.isUnknownOption()) {
            Set<String> names = new TreeSet<>(spec.optionsMap().keySet());
            names.addAll(spec.negatedOptionsMap().keySet());
            near = nearest(word.split("=", 2)[0], names, "");
        } else {
            near = nearest(word, spec.subcommands().keySet(), spec.qualifiedName() + " ");
        }
        return near.isEmpty() ? Optional.empty() : Optional.of("Did you mean " + String.join(" or ", near) + "?");
    }

    private static List<String> nearest(String word, Iterable<String> names, String before) {
        int least = word.length() < 3 ? 0 : word.length() <= SHORT ? 1 : 2;
        List<String> nearest = new ArrayList<>();
        for (String name : names) {
            int distance = distance(word, name);
            if (distance < least) {
                nearest.clear();
                least = distance;
            }
            if (distance == least) {
                nearest.add('"' + before + name + '"');
            }
        }
        return nearest;
    }

    /** How many letters are missing, too many, others, or exchanged with their neighbour (optimal string alignment). */
    private static int distance(String from, String to) {
        int[][] distance = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int other = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                int best =
                        Math.min(distance[i - 1][j - 1] + other, Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
                boolean exchanged = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                distance[i][j] = exchanged ? Math.min(best, distance[i - 2][j - 2] + 1) : best;
            }
        }
        return distance[from.length()][to.length()];
    }
}
