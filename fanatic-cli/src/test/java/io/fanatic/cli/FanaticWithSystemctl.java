package io.fanatic.cli;

import io.fanatic.cli.command.Console;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.setup.NamesService;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code fanatic} on a lab's host without engines, whose systemctl(1) is a script of the test's; BootTest has the real one. */
public final class FanaticWithSystemctl {
    static final Path SYSTEMCTL = Path.of("/run/names-test/systemctl");

    private FanaticWithSystemctl() {}

    static Host host() {
        Host here = Host.here(List.of());
        return new Host(
                here.fans(),
                here.engines(),
                here.file(),
                here.runDirectory(),
                new NamesService(Optional.of(SYSTEMCTL)));
    }

    public static void main(String[] args) {
        Console console = new Console(System.in, System.out, System.err);
        System.exit(new Fanatic(FanaticWithSystemctl::host).run(args, console).status());
    }
}
