package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a report comes to, in words that all its forms share. */
final class Summary {
    private Summary() {}

    /** {@code All 12 pairs passed}, {@code 2 of 12 pairs failed}. */
    static String verdict(Report report) {
        String pairs =
                tally("pair", report.pairs().size(), report.count(Outcome.FAILED), report.count(Outcome.SKIPPED));
        String trials =
                tally("trial", report.trials().size(), trials(report, Outcome.FAILED), trials(report, Outcome.SKIPPED));
        if (pairs.isEmpty() && trials.isEmpty()) {
            return "Nothing was tried";
        }
        return pairs.isEmpty() ? trials : trials.isEmpty() ? pairs : pairs + "; " + lower(trials);
    }

    private static String lower(String text) {
        return text.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + text.substring(1);
    }

    static long trials(Report report, Outcome outcome) {
        return report.trials().stream()
                .filter(trial -> trial.outcome() == outcome)
                .count();
    }

    private static String tally(String noun, long all, long failed, long skipped) {
        if (all == 0) {
            return "";
        }
        String rest = skipped == 0 ? "" : ", " + skipped + " skipped";
        if (failed > 0) {
            return failed + " of " + Figures.count(all, noun) + " failed" + rest;
        }
        if (skipped > 0) {
            return all - skipped + " of " + Figures.count(all, noun) + " passed" + rest;
        }
        return (all == 1 ? "The " + noun : all == 2 ? "Both " + noun + "s" : "All " + all + " " + noun + "s")
                + " passed";
    }

    record Fact(String name, String value) {}

    /** The conditions and what else belongs under the headline. */
    static List<Fact> facts(Report report) {
        Conditions at = report.conditions();
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("When", report.when().toString().replace('T', ' ').replace("Z", " UTC")));
        facts.add(new Fact("Took", Figures.seconds(report.seconds())));
        facts.add(new Fact("Kernel", at.kernel()));
        facts.add(new Fact("CPUs", Integer.toString(at.cpus())));
        facts.add(new Fact("Congestion control", at.congestionControl()));
        at.underlayMtu().ifPresent(bytes -> facts.add(new Fact("MTU of the underlay", Integer.toString(bytes))));
        at.overlayMtu().ifPresent(bytes -> facts.add(new Fact("MTU of the fan", Integer.toString(bytes))));
        facts.add(new Fact("fanatic", at.version()));
        return facts;
    }

    /** When several pairs failed and all of them have one host in common: the sentence that says so. */
    static Optional<String> common(Report report) {
        Map<String, String> owners = report.topology().hostsByNode();
        List<Pair> failed = report.pairs().stream()
                .filter(pair -> pair.outcome() == Outcome.FAILED)
                .toList();
        if (failed.size() < 2) {
            return Optional.empty();
        }
        Set<String> suspects = ends(failed.get(0), owners);
        failed.forEach(pair -> suspects.retainAll(ends(pair, owners)));
        if (suspects.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("All " + failed.size() + " pairs that failed have " + String.join(" and ", suspects)
                + " at one end; no other pair failed.");
    }

    /** The hosts none of whose pairs with other hosts passed, some of them having failed. */
    static Set<String> unreached(Report report) {
        Map<String, String> owners = report.topology().hostsByNode();
        Set<String> unreached = new LinkedHashSet<>();
        for (Outcome outcome : new Outcome[] {Outcome.FAILED, Outcome.OK}) {
            for (Pair pair : report.pairs()) {
                if (pair.outcome() == outcome) {
                    Set<String> ends = ends(pair, owners);
                    if (outcome == Outcome.FAILED) {
                        unreached.addAll(ends);
                    } else if (ends.size() > 1) {
                        unreached.removeAll(ends);
                    }
                }
            }
        }
        return unreached;
    }

    private static Set<String> ends(Pair pair, Map<String, String> owners) {
        Set<String> ends = new LinkedHashSet<>();
        ends.add(owners.getOrDefault(pair.from(), pair.from()));
        ends.add(owners.getOrDefault(pair.to(), pair.to()));
        return ends;
    }

    static String joined(Collection<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
