package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.configure.ConfigureCommand;
import io.fanatic.cli.configure.ConfirmCommand;
import io.fanatic.cli.configure.DeconfigureCommand;
import io.fanatic.cli.configure.DisableCommand;
import io.fanatic.cli.configure.EnableCommand;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.doctor.DoctorCommand;
import io.fanatic.cli.engines.ContainerEngines;
import io.fanatic.cli.key.KeyGroup;
import io.fanatic.cli.lab.LabGroup;
import io.fanatic.cli.names.NamesCommand;
import io.fanatic.cli.names.ResolveCommand;
import io.fanatic.cli.reach.BenchCommand;
import io.fanatic.cli.reach.ServeCommand;
import io.fanatic.cli.setup.Host;
import java.util.List;
import java.util.function.Supplier;

/** {@code fanatic}: the fan for people. */
public final class Fanatic extends Program {
    private static final List<String> NAMES = List.of(
            "configure",
            "confirm",
            "deconfigure",
            "show",
            "status",
            "doctor",
            "test",
            "serve",
            "bench",
            "names",
            "resolve",
            "enable-fan",
            "disable-fan",
            "enable-docker",
            "disable-docker",
            "enable-lxd",
            "disable-lxd",
            "enable-incus",
            "disable-incus",
            "enable-podman",
            "disable-podman",
            "enable-cni",
            "disable-cni",
            "enable-names",
            "disable-names",
            "map",
            "key",
            "lab");

    private static final String ENABLE = "enable-";
    private static final String DISABLE = "disable-";

    private final Supplier<Host> host;

    public Fanatic() {
        this(Fanatic::thisHost);
    }

    Fanatic(Supplier<Host> host) {
        super(
                "fanatic",
                "Sets up, shows and tests fan networking. Without a command it is \"fanatic configure\".",
                NAMES);
        this.host = host;
    }

    /** The host that this program runs on, with its container engines. */
    static Host thisHost() {
        return Host.here(ContainerEngines.onThisHost());
    }

    @Override
    protected String[] usualWords() {
        return new String[] {"configure"};
    }

    @Override
    protected Command command(String name) {
        return switch (name) {
            case "configure" -> new ConfigureCommand(host);
            case "confirm" -> new ConfirmCommand(host);
            case "deconfigure" -> new DeconfigureCommand(host);
            case "show" -> new FanaticShowCommand(host);
            case "status" -> new StatusCommand();
            case "doctor" -> new DoctorCommand(host);
            case "serve" -> new ServeCommand();
            case "bench" -> new BenchCommand();
            case "names" -> new NamesCommand(host);
            case "resolve" -> new ResolveCommand(host);
            case "test" -> new TestGroup(host);
            case "enable-fan" -> EnableCommand.fan(host);
            case "disable-fan" -> DisableCommand.fan(host);
            case "enable-names" -> EnableCommand.names(host);
            case "disable-names" -> DisableCommand.names(host);
            case "map" -> new MapCommand();
            case "key" -> new KeyGroup();
            case "lab" -> new LabGroup();
            default -> engineCommand(name);
        };
    }

    private Command engineCommand(String name) {
        for (EngineKind kind : EngineKind.values()) {
            if (name.equals(ENABLE + kind.word())) {
                return EnableCommand.engine(kind, host);
            }
            if (name.equals(DISABLE + kind.word())) {
                return DisableCommand.engine(kind, host);
            }
        }
        throw new IllegalArgumentException(name);
    }

    public static void main(String[] args) {
        System.exit(new Fanatic().run(args, Console.ofThisProcess()).status());
    }
}
