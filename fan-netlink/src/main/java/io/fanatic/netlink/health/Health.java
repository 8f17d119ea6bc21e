package io.fanatic.netlink.health;

import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.engine.HostLock;
import io.fanatic.netlink.libc.ErrnoException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Examines the fans of one host:
 *
 * <pre>{@code
 * Diagnosis diagnosis = Health.onThisHost().examine();
 * for (Finding finding : diagnosis.causes()) {
 *     System.out.println(finding.code() + ": " + finding.title() + "; try " + finding.fix());
 * }
 * }</pre>
 *
 * <p>It works in the calling thread's namespaces, changes nothing, and goes as far as the privileges of the program allow:
 * {@link Diagnosis#notChecked} says what it could not look at. Immutable.
 */
public final class Health {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Path runDirectory;
    private final Path stateDirectory;
    private final Path configuration;
    private final Predicate<FanEntry> meant;
    private final List<Check> checks;
    private final List<Check> added;

    private Health(
            Path runDirectory,
            Path stateDirectory,
            Path configuration,
            Predicate<FanEntry> meant,
            List<Check> checks,
            List<Check> added) {
        this.runDirectory = runDirectory;
        this.stateDirectory = stateDirectory;
        this.configuration = configuration;
        this.meant = meant;
        this.checks = List.copyOf(checks);
        this.added = List.copyOf(added);
    }

    /** {@return health with the directories of {@code fanctl}, /etc/network/fan, and the checks of this package} */
    public static Health onThisHost() {
        return new Health(
                Path.of("/run/fanatic"),
                Path.of("/var/lib/fanatic"),
                Path.of(FanConfig.DEFAULT_FILE),
                entry -> true,
                List.of(
                        new KernelCheck(),
                        new ConfigCheck(),
                        new UnderlayCheck(),
                        new NameCheck(),
                        new OverlapCheck(),
                        new PortCheck(),
                        new FastPathCheck(),
                        new DirectCheck(),
                        new EncryptionCheck(),
                        new PlanCheck(),
                        new UnconfiguredCheck(),
                        new PortMtuCheck(),
                        new ContainersCheck(),
                        new ForwardingCheck(),
                        new AdvertisedRouteCheck(),
                        new RpFilterCheck(),
                        new PathMtuCheck(),
                        new PolicyRuleCheck(),
                        new ConntrackCheck(),
                        new NeighbourTableCheck(),
                        new FirewallCheck(Optional.empty()),
                        new LegacyCheck(),
                        new ManagersCheck(),
                        new LeasesCheck(),
                        new NameServerCheck(),
                        new UbuntuFanCheck(),
                        new CountersCheck()),
                List.of());
    }

    /**
     * With other directories than /run/fanatic and /var/lib/fanatic, for fans of an {@link
     * io.fanatic.netlink.FanNetwork#keepingStateIn embedder} that has its own.
     *
     * @param run for the lock and DHCP servers
     * @param state for the journal and DHCP leases
     * @return health of the fans that were brought up with these directories
     */
    public Health keepingStateIn(Path run, Path state) {
        return new Health(run, state, configuration, meant, checks, added);
    }

    /**
     * With one more check, after the others.
     *
     * @param check runs after the others
     * @return health with one check more
     */
    public Health with(Check check) {
        List<Check> all = new ArrayList<>(added);
        all.add(check);
        return new Health(runDirectory, stateDirectory, configuration, meant, checks, all);
    }

    /**
     * With another host in mind: the filters of this one are also looked at for what goes there and comes from there only.
     *
     * @param peer an address of that host, on the underlay or in the overlay
     * @return health that knows of it
     */
    public Health towards(Ipv4Address peer) {
        List<Check> all = new ArrayList<>(checks);
        all.replaceAll(check -> check instanceof FirewallCheck ? new FirewallCheck(Optional.of(peer)) : check);
        return new Health(runDirectory, stateDirectory, configuration, meant, all, added);
    }

    /**
     * Only the fans that are meant, and the host.
     *
     * @param fans which of those configured or up are meant
     * @return health that looks at these and the host
     */
    public Health only(Predicate<FanEntry> fans) {
        return new Health(runDirectory, stateDirectory, configuration, fans, checks, added);
    }

    /**
     * Looks at everything. Waits for a change of the fans to end, ten seconds at most, and lets none begin before the checks
     * of this package have run; those of others run after that.
     *
     * @return what was found
     * @throws FanException FAILED, when the kernel does not even list its network devices
     */
    public Diagnosis examine() {
        try {
            Examination begun;
            try {
                begun = HostLock.reading(runDirectory, TIMEOUT, this::begin);
            } catch (FanException busy) {
                begun = begin();
                begun.findings.notChecked(
                        "what is found may be temporary, as fans are being changed: " + busy.getMessage());
            }
            try (HealthHost host = begun.host) {
                run(added, host, begun.findings);
                return begun.findings.diagnosis();
            }
        } catch (ErrnoException e) {
            throw FanException.failed(e);
        }
    }

    /** An open host, and what the checks of this package found there. */
    private record Examination(HealthHost host, Findings findings) {}

    private Examination begin() {
        Findings findings = new Findings();
        Optional<FanConfig> config = config(findings);
        HealthHost host = new HealthHost(runDirectory, stateDirectory, configuration, config, meant);
        run(checks, host, findings);
        return new Examination(host, findings);
    }

    private static void run(List<Check> checks, HealthHost host, Findings findings) {
        for (Check check : checks) {
            try {
                check.run(host, findings);
            } catch (RuntimeException e) {
                // Also what a check of somebody else throws: the others are run all the same.
                String reason = e.getMessage() == null ? e.toString() : e.getMessage();
                findings.notChecked(check.name() + " could not be looked at: " + reason);
            }
        }
    }

    private Optional<FanConfig> config(Findings findings) {
        try {
            return Optional.of(FanConfig.readIfExists(configuration));
        } catch (IOException e) {
            findings.notChecked("the configuration " + configuration + " could not be read: " + e.getMessage());
            return Optional.empty();
        }
    }
}
