package io.fanatic.cli;

import java.util.List;

/** {@code fanatic}: the fan for people. */
public final class Fanatic extends Program {
    private static final List<String> NAMES = List.of("show");

    public Fanatic() {
        super("fanatic", "Sets up, shows and tests fan networking.", NAMES);
    }

    @Override
    protected Command command(String name) {
        switch (name) {
            case "show":
                return new ShowCommand();
            default:
                throw new IllegalArgumentException(name);
        }
    }

    public static void main(String[] args) {
        System.exit(new Fanatic().run(args, new Console(System.out, System.err)).status());
    }
}
