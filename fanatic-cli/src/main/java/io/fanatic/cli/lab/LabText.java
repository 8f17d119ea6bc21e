package io.fanatic.cli.lab;

import io.fanatic.cli.terminal.Screen;
import io.fanatic.cli.terminal.Wrap;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A lab and what was found in it, as lines of text. */
final class LabText {
    private static final int MAX_CONTAINERS_NAMED = 4;
    private static final int MAX_FAILURES_NAMED = 10;

    private LabText() {}

    /** {@code 3 hosts with 2 containers each, 250.0.0.0/8 over 10.0.0.0/16}. */
    static String summary(LabSpec spec) {
        return count(spec.hosts(), "host") + " with "
                + count(spec.containers() * spec.fans().size(), "container") + (spec.hosts() > 1 ? " each, " : ", ")
                + spec.fans().stream().map(fan -> fan.overlay().toString()).collect(Collectors.joining(", "))
                + " over " + spec.mapping().underlay();
    }

    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** A line for each host: names and addresses. */
    static List<String> hosts(Lab lab) {
        int width = 0;
        for (LabHost host : lab.hosts()) {
            width = Math.max(width, host(host).length());
        }
        List<String> lines = new ArrayList<>();
        for (LabHost host : lab.hosts()) {
            String start = host(host);
            lines.add(start + " ".repeat(width - start.length()) + containers(lab, host, width));
        }
        return lines;
    }

    private static String host(LabHost host) {
        return Wrap.pad(host.name(), 5) + Wrap.pad(host.underlayAddress().toString(), 16) + "owns "
                + host.slice().cidr();
    }

    private static String containers(Lab lab, LabHost host, int used) {
        StringBuilder text = new StringBuilder();
        for (LabContainer container : lab.containersOf(host)) {
            String next = "  " + container.name() + " " + container.address();
            boolean room = used + text.length() + next.length() + 5 <= Screen.WIDTH - 3;
            if (!room || container.number() > MAX_CONTAINERS_NAMED) {
                return text.append(" ...").toString();
            }
            text.append(next);
        }
        return text.toString();
    }

    /** The matrix, unless it is wider than the screen; then what failed, sentence by sentence. */
    static List<String> checks(Matrix matrix, List<? extends Check> checks) {
        List<String> lines = new ArrayList<>();
        if (matrix.width() <= Screen.WIDTH - 3) {
            lines.addAll(matrix.lines());
        }
        lines.addAll(failures(checks));
        lines.add(passed(checks));
        return lines;
    }

    static List<String> failures(List<? extends Check> checks) {
        List<String> lines = new ArrayList<>();
        for (Check check : checks) {
            if (!check.ok()) {
                if (lines.size() == MAX_FAILURES_NAMED) {
                    lines.add("and more");
                    break;
                }
                lines.add(check.sentence());
            }
        }
        return lines;
    }

    /** {@code 48 of 48 passed}. */
    static String passed(List<? extends Check> checks) {
        long good = checks.stream().filter(Check::ok).count();
        return good + " of " + checks.size() + " passed";
    }
}
