package io.fanatic.cli.key;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.strongswan.Authority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

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
        List<Ipv4Address> all = new ArrayList<>();
        for (String word : addresses.required()) {
            all.add(KeyGroup.address(word));
        }
        Path path = file.required();
        try {
            Instant until = Authority.issue(authority.required(), all, days.or(DAYS), path);
            console.out().println(path + " is valid until " + until);
        } catch (IOException e) {
            throw KeyGroup.failed(path, e);
        }
        return ExitCode.DONE;
    }
}
