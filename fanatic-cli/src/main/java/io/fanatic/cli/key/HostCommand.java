package io.fanatic.cli.key;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.strongswan.Authority;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** {@code fanatic key host}. */
final class HostCommand extends Command {
    private static final int DAYS = 365;

    private final Option<String[]> addresses = words("ADDRESS", "1..*", "underlay address of the host");
    private final Option<Path> authority =
            requiredOption("--authority", "DIR", Values::path, "the directory of the authority");
    private final Option<Path> file = requiredOption(
            "-o,--output",
            "FILE",
            Values::path,
            "the file to create, readable by its owner only; the host needs no other");
    private final Option<Integer> days = KeyGroup.days(this, DAYS);

    HostCommand() {
        super("host", "Issues a certificate for a host, for --encrypt cert:FILE there.");
    }

    @Override
    protected ExitCode run(Console console) {
        List<Ipv4Address> all =
                Stream.of(addresses.required()).map(KeyGroup::address).toList();
        Path path = file.required();
        Instant until =
                Attempt.of("make " + path, () -> Authority.issue(authority.required(), all, days.or(DAYS), path));
        console.out().println(path + " is valid until " + until);
        return ExitCode.DONE;
    }
}
