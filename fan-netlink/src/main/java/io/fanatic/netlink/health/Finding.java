package io.fanatic.netlink.health;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Something that is not as it should be.
 *
 * @param code which kind of thing
 * @param severity how bad it is here
 * @param subject the overlay of the fan that it is about, or {@link #HOST}
 * @param title one sentence for a person, without capital and full stop
 * @param evidence what was seen, one line each
 * @param fix the command that fixes it, or that shows more where only a person can decide
 * @param because what it may follow from: where one of these was found for the same fan or the host, this is no cause of its
 *     own
 */
public record Finding(
        Code code,
        Severity severity,
        String subject,
        String title,
        List<String> evidence,
        String fix,
        Set<Code> because) {

    /** The subject of what is not about one fan. */
    public static final String HOST = "host";

    /** Copies the lists. */
    public Finding {
        evidence = List.copyOf(evidence);
        because = Set.copyOf(because);
    }

    /**
     * {@return a finding that follows from nothing else, with its code's usual severity}
     *
     * @param code what it is
     * @param subject the overlay of the fan that it is about, or {@link #HOST}
     * @param title one sentence
     * @param evidence what was seen, a line each
     * @param fix what to do
     */
    public static Finding of(Code code, String subject, String title, List<String> evidence, String fix) {
        return new Finding(code, code.severity(), subject, title, evidence, fix, Set.of());
    }

    /**
     * {@return the same as a consequence of any of these}
     *
     * @param causes codes of findings about the same fan or the host
     */
    public Finding because(Set<Code> causes) {
        return new Finding(code, severity, subject, title, evidence, fix, causes);
    }

    /**
     * {@return the same as a consequence of any of these}
     *
     * @param first the code of a finding about the same fan or the host
     * @param more others
     */
    public Finding because(Code first, Code... more) {
        Set<Code> all = new LinkedHashSet<>(List.of(more));
        all.add(first);
        return because(all);
    }

    /**
     * {@return the same with another severity}
     *
     * @param other in place of the code's usual one
     */
    public Finding as(Severity other) {
        return new Finding(code, other, subject, title, evidence, fix, because);
    }

    /** This with what another of the same code and subject saw. */
    Finding with(Finding other) {
        Set<String> all = new LinkedHashSet<>(evidence);
        all.addAll(other.evidence);
        Severity worse = severity.compareTo(other.severity) <= 0 ? severity : other.severity;
        return new Finding(code, worse, subject, title, List.copyOf(all), fix, because);
    }
}
