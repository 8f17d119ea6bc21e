package io.fanatic.cli.configure;

import io.fanatic.cli.engines.ContainerEngines;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.setup.Watcher;

/** The process that {@code configure --confirm} starts; no person does. */
final class ConfirmationWatcher {
    private ConfirmationWatcher() {}

    public static void main(String[] args) {
        System.exit(new Watcher(Host.here(ContainerEngines.onThisHost()), System.out)
                .watch()
                .status());
    }
}
