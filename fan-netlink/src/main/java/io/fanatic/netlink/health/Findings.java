package io.fanatic.netlink.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where checks put what they find. Not for several threads. */
public final class Findings {
    private final Map<String, Finding> findings = new LinkedHashMap<>();
    private final Set<String> unseen = new LinkedHashSet<>();
    private int looked;

    /** Nothing found yet; for tests of an own {@link Check}. */
    public Findings() {}

    /**
     * One more of the same code and subject adds its evidence to the first.
     *
     * @param finding what is not as it should be
     */
    public void add(Finding finding) {
        findings.merge(finding.code() + " " + finding.subject(), finding, Finding::with);
    }

    /** Notes that a thing was looked at. */
    public void looked() {
        looked++;
    }

    /**
     * Notes that a thing could not be looked at.
     *
     * @param sentence which, and why
     */
    public void notChecked(String sentence) {
        unseen.add(sentence);
    }

    /** {@return what was found up to now} */
    public Diagnosis diagnosis() {
        return new Diagnosis(looked, new ArrayList<>(findings.values()), List.copyOf(unseen));
    }
}
