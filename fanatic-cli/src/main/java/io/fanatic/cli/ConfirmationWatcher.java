package io.fanatic.cli;

import io.fanatic.cli.setup.Watcher;

/** The process that {@code configure --confirm} starts; no person does. */
final class ConfirmationWatcher {
    private ConfirmationWatcher() {}

    public static void main(String[] args) {
        System.exit(new Watcher(Fanatic.thisHost(), System.out).watch().status());
    }
}
