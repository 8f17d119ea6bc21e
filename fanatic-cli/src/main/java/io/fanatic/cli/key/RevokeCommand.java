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

/** {@code fanatic key revoke}. */
final class RevokeCommand extends Command {
    private final Option<String> address = word("ADDRESS", "an underlay address of the host");
    private final Option<Path> authority =
            requiredOption("--authority", "DIR", Values::path, "the directory of the authority");

    RevokeCommand() {
        super("revoke", "Revokes all certificates of a host. The other hosts need the list whose name it prints.");
    }

    @Override
    protected ExitCode run(Console console) {
        Ipv4Address of = KeyGroup.address(address.required());
        Path list = Attempt.of(
                "make " + authority.required().resolve("authority.crl"),
                () -> Authority.revoke(authority.required(), of));
        console.out()
                .println(list + " is the list of all that is revoked: add it to the file of each other host,"
                        + " and run fanctl up -a there");
        return ExitCode.DONE;
    }
}
