package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.cli.terminal.Wrap;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.Matrix;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.harness.proof.TestRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Trials one after the other, each told as a numbered step, and the table at the end. */
final class Trials {
    private static final int NAME_WIDTH = 56;

    private final Screen screen;
    private final List<Row> rows = new ArrayList<>();
    private final long started = System.nanoTime();
    private int next;

    private record Row(String name, long tried, long passed) {}

    /** @param first the first step's number */
    Trials(Screen screen, int first) {
        this.screen = screen;
        this.next = first;
    }

    /** Begins the next step. */
    void step(String headline) {
        screen.step(next++, headline);
    }

    /** Notes an outcome for the table. */
    void note(String name, long tried, long passed) {
        rows.add(new Row(name, tried, passed));
    }

    private void note(String name, List<? extends Check> checks) {
        note(name, checks.size(), checks.stream().filter(Check::ok).count());
    }

    /** All that {@link TestRun} can show. */
    void runAll(TestRun test, Selection selection, LabSpec spec) {
        reach(test, selection.notes(), "Ping", "TCP", "");
        test.ipv6().ifPresent(same -> reach(same, List.of(), "Ping, IPv6", "TCP, IPv6", " by IPv6"));

        step("The way out: containers to " + spec.outsideAddress() + ", seen there as their host");
        List<Check.Transferred> outside = test.wayOut();
        if (spec.containers() == 0) {
            screen.detail("skipped: it takes a container");
        } else {
            screen.details(LabText.failures(outside));
            screen.detail(LabText.passed(outside));
            note("TCP transfers to the outside, as the host's address", outside);
        }

        step("Spoofing: frames with somebody else's address, honest ones between them");
        List<Check.Spoofed> spoofs = test.lies();
        for (Check.Spoofed spoof : spoofs) {
            screen.detail(spoof.what() + "\n   " + spoof.result() + ": " + screen.verdict(spoof.ok()));
        }
        if (spec.hosts() < 2 || spec.containers() == 0 || spec.fans().size() > 1) {
            screen.detail("skipped: it takes two hosts with a container, and one fan");
        } else {
            note("attempts to send under somebody else's address, refused", spoofs);
        }
    }

    private void reach(TestRun test, List<String> notes, String ping, String tcp, String by) {
        step(ping + ": each to each, packets as large as the MTU (ms)");
        notes.forEach(note -> screen.wrapped("   ", note));
        List<Check.Pinged> pings = test.pings();
        screen.details(LabText.checks(Matrix.ofPings(pings), pings));
        note("pings between hosts and containers" + by, pings);

        step(tcp + ": " + Proof.SHORT + " bytes each way, checksummed, where ping was answered");
        List<Check.Transferred> data = test.data();
        screen.details(LabText.failures(data));
        screen.detail(LabText.passed(data));
        String intact = by.isEmpty() ? ", intact, addresses untranslated" : by + ", intact, untranslated";
        note("short TCP transfers" + intact, data);

        step(tcp + ": " + (Proof.LONG >> 20) + " MiB each way, checksummed, one pair at a time (MB/s, both ways)");
        List<Check.Transferred> transfers = test.throughput();
        screen.details(LabText.checks(Matrix.ofTransfers(transfers), transfers));
        note("bulk TCP transfers" + intact, transfers);
    }

    /** Prints the table and the verdict. */
    ExitCode conclude() {
        screen.title(Wrap.pad("Result", NAME_WIDTH) + " tried  passed");
        boolean ok = true;
        for (Row row : rows) {
            boolean good = row.tried > 0 && row.tried == row.passed;
            ok &= good;
            screen.line(Wrap.pad(row.name, NAME_WIDTH) + String.format(Locale.ROOT, "%6d  %6d", row.tried, row.passed)
                    + "  " + screen.verdict(good));
        }
        String seconds = String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - started) / 1e9);
        screen.blank();
        return screen.conclude(
                ok, ok ? "Everything passed, in " + seconds + "." : "Not everything passed (" + seconds + ").");
    }
}
