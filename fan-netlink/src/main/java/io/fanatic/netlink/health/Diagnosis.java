package io.fanatic.netlink.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an examination found.
 *
 * @param looked how many things were looked at
 * @param findings in the order found, one for each code and subject
 * @param unseen what could not be looked at, and why; one sentence each
 */
public record Diagnosis(int looked, List<Finding> findings, List<String> unseen) {

    /** Copies the list. */
    public Diagnosis {
        findings = List.copyOf(findings);
        unseen = List.copyOf(unseen);
    }

    /** {@return the findings that follow from no other: one cause, one finding} */
    public List<Finding> causes() {
        List<Finding> causes = new ArrayList<>();
        for (Finding finding : findings) {
            if (causeOf(finding).isEmpty()) {
                causes.add(finding);
            }
        }
        return causes;
    }

    /**
     * {@return what follows from a cause, at once or by way of others}
     *
     * @param cause one of {@link #causes}
     */
    public List<Finding> consequencesOf(Finding cause) {
        List<Finding> consequences = new ArrayList<>();
        for (Finding finding : findings) {
            if (causeOf(finding).filter(cause::equals).isPresent()) {
                consequences.add(finding);
            }
        }
        return consequences;
    }

    /** The first cause of a finding; empty when it is one itself. */
    private Optional<Finding> causeOf(Finding finding) {
        Finding at = finding;
        // Bounded, should two ever name each other.
        for (int i = 0; i < Code.values().length; i++) {
            Finding before = at;
            Optional<Finding> next = findings.stream()
                    .filter(each -> each != before && before.follows(each))
                    .findFirst();
            if (next.isEmpty()) {
                break;
            }
            at = next.get();
        }
        return at == finding ? Optional.empty() : Optional.of(at);
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
        List<String> unknown = new ArrayList<>(unseen);
        unknown.addAll(other.unseen);
        return new Diagnosis(looked + other.looked, all, unknown);
    }
}
