package io.fanatic.cli.doctor;

import io.fanatic.cli.terminal.Wrap;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Severity;
import java.util.ArrayList;
import java.util.List;

/** A diagnosis for people: one cause, one paragraph; what follows from it below. */
final class DoctorText {
    private static final String SEEN = "  seen: ";
    private static final String FIX = "  fix:  ";
    private static final String THEN = "  so:   ";

    private final int width;

    DoctorText(int width) {
        this.width = width;
    }

    List<String> lines(Diagnosis diagnosis) {
        List<String> lines = new ArrayList<>();
        diagnosis.byCause().forEach((cause, consequences) -> {
            cause(lines, cause, consequences);
            lines.add("");
        });
        for (String sentence : diagnosis.notChecked()) {
            wrap(lines, "not seen: ", sentence);
        }
        if (!diagnosis.notChecked().isEmpty()) {
            lines.add("");
        }
        lines.addAll(conclusion(diagnosis));
        return lines;
    }

    private void cause(List<String> lines, Finding cause, List<Finding> consequences) {
        String about = cause.subject().equals(Finding.HOST) ? "" : " (" + cause.subject() + ")";
        String head = cause.severity().word() + " " + cause.code() + about + ":";
        lines.add(head);
        wrap(lines, "  ", capital(cause.title()) + ".");
        cause.evidence().forEach(line -> wrap(lines, SEEN, line));
        // A command is to be copied: it is not broken.
        lines.add(FIX + cause.fix());
        for (Finding each : consequences) {
            wrap(lines, THEN, each.code() + ": " + each.title());
        }
    }

    private List<String> conclusion(Diagnosis diagnosis) {
        List<String> lines = new ArrayList<>();
        String looked = diagnosis.looked() + " things looked at";
        if (diagnosis.healthy()) {
            wrap(
                    lines,
                    "",
                    looked + ": healthy" + (diagnosis.notChecked().isEmpty() ? "." : ", as far as could be seen."));
            return lines;
        }
        List<String> counts = new ArrayList<>();
        for (Severity severity : Severity.values()) {
            long count = diagnosis.causes().stream()
                    .filter(finding -> finding.severity() == severity)
                    .count();
            if (count > 0) {
                counts.add(count + " " + severity.word() + (count == 1 ? "" : "s"));
            }
        }
        int following = diagnosis.findings().size() - diagnosis.causes().size();
        wrap(
                lines,
                "",
                looked + ": " + String.join(", ", counts)
                        + (following > 0 ? ", and " + following + " that follow" + (following == 1 ? "s" : "") : "")
                        + ".");
        return lines;
    }

    private static String capital(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }

    /** Further lines begin below the text of the first. */
    private void wrap(List<String> lines, String start, String text) {
        lines.addAll(Wrap.lines(start, " ".repeat(start.length()), text, width));
    }
}
