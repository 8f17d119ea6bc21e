package io.fanatic.cli.reach;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.FanSlice;
import io.fanatic.core.IpAddress;
import io.fanatic.core.OverlayMapping;
import io.fanatic.core.Prefix;
import io.fanatic.harness.iperf.IperfClient;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.serve.Responder;
import io.fanatic.harness.serve.ResponderSpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code fanatic serve}: what the tests of other hosts talk to. */
public final class ServeCommand extends Command {
    private static final Duration FOR_EVER = Duration.ofDays(36500);

    private final Option<IpAddress> listen = option(
            "--listen",
            "ADDRESS",
            IpAddress::parse,
            "listen there instead of at the host address of each fan that is up");
    private final Option<Prefix> peers =
            option("--peers", "CIDR", Prefix::parse, "serve addresses of this network only (the overlay)");
    private final Option<Integer> echo = port("--echo-port", ResponderSpec.ECHO, "echo (RFC 862)");
    private final Option<Integer> discard = port("--discard-port", ResponderSpec.DISCARD, "discard (RFC 863)");
    private final Option<Integer> iperf = port("--iperf-port", IperfClient.DEFAULT_PORT, "iperf3");
    private final Option<Duration> idle = option(
            "--idle",
            "TIME",
            Values::duration,
            "end after this time, as in 10m, in which no connection was open and no datagram came (never)");

    public ServeCommand() {
        super(
                "serve",
                "Serves the tests of other hosts at this host's address in the overlay: echo, discard and iperf3.",
                "Only peers in the overlay are served. Limits: 1024 connections, 300 of one peer; five minutes each;"
                        + " half a minute without a byte; four iperf3 tests at once.");
    }

    private Option<Integer> port(String name, int usual, String service) {
        return option(name, "PORT", text -> Values.number(text, 0, 65535), "port of " + service + " (" + usual + ")");
    }

    @Override
    protected ExitCode run(Console console) {
        List<ResponderSpec> specs = specs();
        List<Responder> responders = new ArrayList<>();
        try (Probes probes = Probes.open()) {
            try {
                for (ResponderSpec spec : specs) {
                    Responder responder =
                            Responder.start(probes, spec, line -> console.err().println("fanatic: " + line));
                    responders.add(responder);
                    console.out()
                            .println("Serving " + spec.peers() + " at " + spec.address() + ": echo "
                                    + responder.echoPort() + ", discard " + responder.discardPort() + ", iperf3 "
                                    + responder.iperfPort());
                }
                console.out().flush();
                Responder.awaitIdle(responders, idle.or(FOR_EVER));
                console.out().println("Nobody came for " + idle.required().toSeconds() + " s; done.");
                return ExitCode.DONE;
            } catch (UncheckedIOException | ErrnoException e) {
                throw new CommandException(exitCode(e), explained(e));
            } finally {
                responders.forEach(Responder::close);
            }
        }
    }

    private static ExitCode exitCode(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("Permission denied")) {
            return ExitCode.NOT_ROOT;
        }
        boolean taken =
                message.contains("in use") || e instanceof ErrnoException errno && errno.errno() == Errno.EADDRINUSE;
        return taken ? ExitCode.CONFLICT : ExitCode.FAILED;
    }

    private static String explained(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        return switch (exitCode(e)) {
            case NOT_ROOT -> message + "; ports below 1024 need root, or choose others";
            case CONFLICT -> message + "; end what listens there, or choose other ports";
            default -> message;
        };
    }

    private List<ResponderSpec> specs() {
        List<ResponderSpec> specs = new ArrayList<>();
        List<Fan> fans = FanNetwork.onThisHost().list();
        if (listen.value().isPresent()) {
            IpAddress address = listen.required();
            Optional<Prefix> overlay = fans.stream()
                    .flatMap(fan -> mappings(fan).stream())
                    .filter(mapping -> mapping.overlay().contains(address)
                            || mapping.underlay().contains(address))
                    .map(OverlayMapping::overlay)
                    .findFirst();
            Prefix whom = peers.value()
                    .or(() -> overlay)
                    .orElseThrow(() -> CommandException.usage(
                            address + " belongs to no fan that is up; say with --peers whom to serve"));
            specs.add(spec(address, whom));
            return specs;
        }
        for (Fan fan : fans) {
            for (FanSlice slice : fan.slices()) {
                for (OverlayMapping mapping : mappings(fan)) {
                    Prefix whom = peers.or(mapping.overlay());
                    if (whom.family() == mapping.overlay().family()) {
                        specs.add(spec(mapping.hostAddressOf(slice.underlayAddress()), whom)
                                .of(mapping));
                    }
                }
            }
        }
        if (specs.isEmpty()) {
            throw CommandException.failed(
                    "no fan is up on this host; bring one up with fanctl up, or use --listen and --peers");
        }
        return specs;
    }

    /** Of IPv4, and of IPv6 where the fan has it. */
    private static List<OverlayMapping> mappings(Fan fan) {
        List<OverlayMapping> mappings = new ArrayList<>(List.of(fan.mapping()));
        fan.ipv6().ifPresent(mappings::add);
        return mappings;
    }

    private ResponderSpec spec(IpAddress address, Prefix whom) {
        return ResponderSpec.at(address, whom)
                .withPorts(
                        echo.or(ResponderSpec.ECHO),
                        discard.or(ResponderSpec.DISCARD),
                        iperf.or(IperfClient.DEFAULT_PORT));
    }
}
