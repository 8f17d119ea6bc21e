package io.fanatic.netlink.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an examination found.
 *
 * @param looked how many things were looked at
 * @param findings in the order found, one for each code and subject
 * @param notChecked what could not be looked at, and why; one sentence each
 */
public record Diagnosis(int looked, List<Finding> findings, List<String> notChecked) {

    /** Copies the list. */
    public Diagnosis {
        findings = List.copyOf(findings);
        notChecked = List.copyOf(notChecked);
    }

    /** {@return the findings that follow from no other: one cause, one finding} */
    public List<Finding> causes() {
        return List.copyOf(byCause().keySet());
    }

    /**
     * {@return what follows from a cause, at once or by way of others}
     *
     * @param cause one of {@link #causes}
     */
    public List<Finding> consequencesOf(Finding cause) {
        return byCause().getOrDefault(cause, List.of());
    }

    /** {@return each of the {@link #causes} with what follows from it, all in the order found} */
    public Map<Finding, List<Finding>> byCause() {
        // By code and subject, each list in the order found; and by code alone, for what may follow from any subject.
        Map<String, List<Integer>> places = new HashMap<>();
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            for (String key : List.of(finding.code().toString(), key(finding.code(), finding.subject()))) {
                places.computeIfAbsent(key, none -> new ArrayList<>()).add(i);
            }
        }
        Map<Finding, List<Finding>> all = new LinkedHashMap<>();
        int[] roots = new int[findings.size()];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = root(i, places);
            if (roots[i] == i) {
                all.put(findings.get(i), new ArrayList<>());
            }
        }
        for (int i = 0; i < roots.length; i++) {
            List<Finding> consequences = all.get(findings.get(roots[i]));
            if (consequences != null && roots[i] != i) {
                consequences.add(findings.get(i));
            }
        }
        return all;
    }

    private static String key(Code code, String subject) {
        return code + " " + subject;
    }

    /** The first cause of a finding; itself when it follows from nothing. */
    private int root(int finding, Map<String, List<Integer>> places) {
        int at = finding;
        // Bounded, should two ever name each other.
        for (int i = 0; i < findings.size(); i++) {
            int before = before(at, places);
            if (before == at) {
                break;
            }
            at = before;
        }
        return at;
    }

    /** The first finding that this one follows from, about the same fan or the host; itself when there is none. */
    private int before(int finding, Map<String, List<Integer>> places) {
        String subject = findings.get(finding).subject();
        int first = Integer.MAX_VALUE;
        for (Code code : findings.get(finding).because()) {
            List<String> keys = subject.equals(Finding.HOST)
                    ? List.of(code.toString())
                    : List.of(key(code, subject), key(code, Finding.HOST));
            for (String key : keys) {
                for (int place : places.getOrDefault(key, List.of())) {
                    if (place != finding) {
                        first = Math.min(first, place);
                        break;
                    }
                }
            }
        }
        return first == Integer.MAX_VALUE ? finding : first;
    }

    /** {@return whether nothing was found, not even a note} */
    public boolean healthy() {
        return findings.isEmpty();
    }

    /** {@return whether something does not work} */
    public boolean hasErrors() {
        return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
    }

    /**
     * {@return this with what was found elsewhere as well}
     *
     * @param other comes after this
     */
    public Diagnosis and(Diagnosis other) {
        List<Finding> all = new ArrayList<>(findings);
        all.addAll(other.findings);
        List<String> unknown = new ArrayList<>(notChecked);
        unknown.addAll(other.notChecked);
        return new Diagnosis(looked + other.looked, all, unknown);
    }
}
