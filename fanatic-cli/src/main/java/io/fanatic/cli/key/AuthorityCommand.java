package io.fanatic.cli.key;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.strongswan.Authority;
import java.nio.file.Path;

/** {@code fanatic key authority}. */
final class AuthorityCommand extends Command {
    private static final int DAYS = 3650;

    private final Option<String> directory =
            word("DIR", "the directory to create, with its certificate and its private key; keep it off the hosts");
    private final Option<Ipv4Prefix> underlay = requiredOption(
            "-u,--underlay",
            "UNDERLAY",
            Ipv4Prefix::parse,
            "the underlay; it can issue certificates for these addresses only");
    private final Option<Integer> days = KeyGroup.days(this, DAYS);

    AuthorityCommand() {
        super("authority", "Makes an authority that issues certificates for hosts.");
    }

    @Override
    protected ExitCode run(Console console) {
        Path path = Values.path(directory.required());
        Attempt.to("make " + path, () -> Authority.create(path, underlay.required(), days.or(DAYS)));
        return ExitCode.DONE;
    }
}
