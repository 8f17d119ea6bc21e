package io.fanatic.cli.doctor;

import io.fanatic.core.Direct;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.reach.Explanation;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachSpec;
import io.fanatic.harness.reach.Stage;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Severity;
import io.fanatic.netlink.libc.ErrnoException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Another host, tested without throughput; what fails is explained.
 *
 * @param report what was tried
 */
record PeerTest(PeerReport report) {
    private static final int PINGS = 3;
    private static final long BYTES = 1 << 20;

    /** Tests a host from the calling thread's namespace. */
    static PeerTest of(Ipv4Address address) {
        ReachSpec spec = ReachSpec.DEFAULT.withPings(PINGS).withLongBytes(BYTES).withThroughput(Optional.empty());
        try (Reach reach = Reach.onThisHost()) {
            return new PeerTest(reach.test(address, spec));
        } catch (ErrnoException e) {
            // Half a fan: what is missing here was found, and that the host is not reached follows from it.
            Explanation why = new Explanation.Other("it could not be tested: " + e.getMessage());
            return new PeerTest(new PeerReport(address, Optional.empty(), List.of(), Optional.of(why)));
        }
    }

    /** Of this host, and enough to keep another one from being reached, also where they are only warnings. */
    private static final Set<Code> LOCAL_FILTERS =
            Set.of(Code.TUNNEL_PORT_CLOSED, Code.FIREWALL_DROP, Code.CLASS_E, Code.RP_FILTER);

    /** What it adds to what was found on this host. */
    Diagnosis diagnosis(Diagnosis here) {
        int looked = report.stages().size();
        if (report.ok()) {
            return new Diagnosis(looked, List.of(), withoutIpv6());
        }
        Explanation why = report.explanation().orElse(new Explanation.Other("not every stage passed"));
        List<Finding> names = names();
        if (why instanceof Explanation.NamesNotTold) {
            return new Diagnosis(looked, names, List.of());
        }
        if (why instanceof Explanation.NoResponder) {
            // Nobody has to answer there: ping and full packets came back.
            List<String> notSeen = new ArrayList<>(List.of("no data was exchanged with " + report.given() + ": "
                    + why.sentence() + "; run \"" + why.command() + "\" there"));
            notSeen.addAll(withoutIpv6());
            return new Diagnosis(looked, names, notSeen);
        }
        String subject =
                report.peer().map(peer -> peer.fan().overlay().toString()).orElse(Finding.HOST);
        Set<Code> causes = new HashSet<>();
        for (Finding each : here.findings()) {
            if (each.severity() == Severity.ERROR || LOCAL_FILTERS.contains(each.code())) {
                causes.add(each.code());
            }
        }
        boolean local = here.findings().stream()
                .anyMatch(each -> causes.contains(each.code())
                        && (each.subject().equals(subject) || each.subject().equals(Finding.HOST)));
        List<String> evidence = new ArrayList<>();
        if (!local) {
            // Seen from afar a filter of this host looks as one on the way.
            evidence.add(why.code() + ": " + why.sentence());
        }
        for (Stage stage : report.stages()) {
            if (stage.status() != Stage.Status.SKIPPED) {
                evidence.add(stage.name() + ": " + stage.sentence());
            }
        }
        boolean reached = isReached();
        Finding finding = Finding.of(
                Code.PEER,
                subject,
                reached
                        ? "packets without encapsulation do not pass between this host and " + report.given()
                                + ", the others do"
                        : report.given() + " is not reached over the fan as it should be",
                evidence,
                local ? "fanatic doctor --peer " + report.given() + ", once the cause is fixed" : report.advice());
        Finding found = reached ? finding.as(Severity.WARNING) : finding;
        List<Finding> all = new ArrayList<>(List.of(found.because(causes)));
        all.addAll(names);
        return new Diagnosis(looked, all, List.of());
    }

    /** That nothing answers by IPv6, which is legal where the host has none. */
    private List<String> withoutIpv6() {
        return report.stages().stream()
                .filter(stage -> stage instanceof Stage.ByIpv6 && stage.status() == Stage.Status.SKIPPED)
                .map(Stage::sentence)
                .toList();
    }

    /** What it says of names of its containers, where that is not what it should. */
    private List<Finding> names() {
        List<Finding> findings = new ArrayList<>();
        for (Stage stage : report.stages()) {
            if (stage instanceof Stage.Named named
                    && named.why().isPresent()
                    && report.peer().isPresent()) {
                Ipv4Address there = report.peer().get().underlay();
                findings.add(Finding.of(
                                Code.NAMES_PEER,
                                report.peer().get().fan().overlay().toString(),
                                "names of containers of " + there + " are not found",
                                List.of(named.sentence()),
                                "on " + there + ": " + named.why().get().command())
                        .because(Code.PEER));
            }
        }
        return findings;
    }

    /** Whether all that fails are packets without encapsulation, and this host sends none so far. */
    private boolean isReached() {
        boolean accepts = report.peer()
                .filter(peer -> peer.fan().direct() == Direct.ACCEPT)
                .isPresent();
        boolean direct = false;
        for (Stage stage : report.stages()) {
            boolean pings = stage instanceof Stage.Pinged || stage instanceof Stage.PathMtu;
            if (pings && !stage.ok()) {
                return false;
            }
            direct |= stage instanceof Stage.Direct && !stage.ok();
        }
        return accepts && direct;
    }
}
