package io.fanatic.cli;

import java.util.List;

/** {@code fanctl}: brings fans up and down, and shows them. */
public final class Fanctl extends Program {
    private static final List<String> NAMES = List.of("show");

    public Fanctl() {
        super("fanctl", "Brings fans up and down, and shows them.", NAMES);
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
        System.exit(new Fanctl().run(args, new Console(System.out, System.err)).status());
    }
}
