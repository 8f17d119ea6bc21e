package io.fanatic.cli.doctor;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.names.NamesCheck;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Health;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.RunningKernel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code fanatic doctor}: diagnoses the fans of this host and names the fixes. */
public final class DoctorCommand extends Command {
    private final Supplier<Host> host;
    private final Option<UnderlaySpec> underlay =
            option("-u,--underlay", "UNDERLAY", UnderlaySpec::parse, "only the fans of this underlay");
    private final Option<Ipv4Prefix> overlay =
            option("-o,--overlay", "OVERLAY", Ipv4Prefix::parse, "only the fan with this overlay");
    private final Option<Ipv4Address> peer = option(
            "--peer",
            "ADDRESS",
            Ipv4Address::parse,
            "also test another host, given by its underlay or overlay address (root)");
    private final Option<Boolean> kernel = flag(
            "--kernel",
            "only list which kernel features that fans use are there, found out by trying, and what is done without them (root)");
    private final Option<Boolean> json = flag("--json", "print one JSON document");
    private final Option<Path> bundle = option(
            "--bundle",
            "FILE",
            Values::path,
            "also write a .tar.gz for a support request to FILE; it contains addresses, and no secrets");

    public DoctorCommand(Supplier<Host> host) {
        super(
                "doctor",
                "Diagnoses the fans of this host. Each finding has a code, what was seen, and the command that"
                        + " fixes it. Changes nothing. Without root it checks less, and says so.",
                "",
                "Exit code 0 when nothing is broken, 9 when something is.");
        this.host = host;
    }

    @Override
    protected ExitCode run(Console console) {
        if (kernel.or(false)) {
            return listKernel(console);
        }
        if (peer.value().isPresent()) {
            FanNetwork.requirePrivileges();
        }
        bundle.value().ifPresent(Bundle::requireWritable);
        Health health = peer.value().isEmpty()
                ? Health.onThisHost()
                : Health.onThisHost().towards(peer.required());
        Diagnosis diagnosis = health.only(this::isMeant)
                .with(new EnginesCheck(host.get().engines()))
                .with(new DuplicateAddressCheck())
                .with(new AddressesCheck())
                .with(new NamesCheck(host.get().engines()))
                .examine();
        Optional<PeerTest> tested = peer.value().map(PeerTest::of);
        if (tested.isPresent()) {
            diagnosis = diagnosis.and(tested.get().diagnosis(diagnosis));
        }
        DoctorText text = new DoctorText(Screen.WIDTH);
        String document = DoctorJson.document(diagnosis, tested);
        if (json.or(false)) {
            console.out().println(document);
        } else {
            text.lines(diagnosis).forEach(console.out()::println);
        }
        if (bundle.value().isPresent()) {
            Bundle.of(host.get(), text.lines(diagnosis), document).write(bundle.required());
            if (!json.or(false)) {
                console.out().println("Written to " + bundle.required() + ".");
            }
        }
        return diagnosis.hasErrors() ? ExitCode.TEST_FAILED : ExitCode.DONE;
    }

    private ExitCode listKernel(Console console) {
        if (peer.value().isPresent() || bundle.value().isPresent()) {
            throw CommandException.usage("--kernel goes with --json only; give --peer or --bundle without it");
        }
        KernelTable table = new KernelTable(
                RunningKernel.read(), KernelFeatures.ofThisKernel().all());
        if (json.or(false)) {
            console.out().println(table.json());
        } else {
            table.lines(Screen.WIDTH).forEach(console.out()::println);
        }
        return table.suffices() ? ExitCode.DONE : ExitCode.TEST_FAILED;
    }

    private boolean isMeant(FanEntry entry) {
        boolean thisOverlay = overlay.value().isEmpty() || entry.overlay().equals(overlay.required());
        return thisOverlay && (underlay.value().isEmpty() || isSameUnderlay(underlay.required(), entry.underlay()));
    }

    /** 10.0.0.0/16 and 10.0.0.45/16 are the same underlay, two addresses are not. */
    private static boolean isSameUnderlay(UnderlaySpec given, UnderlaySpec other) {
        if (given instanceof UnderlaySpec.Address && other instanceof UnderlaySpec.Address) {
            return given.toString().equals(other.toString());
        }
        return given.underlay().isPresent() && other.underlay().isPresent()
                ? given.underlay().equals(other.underlay())
                : given.toString().equals(other.toString());
    }
}
