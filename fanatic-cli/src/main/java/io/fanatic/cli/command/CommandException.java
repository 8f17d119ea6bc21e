package io.fanatic.cli.command;

/** A command that ends early, with one sentence for a person and an exit code for a script. */
public class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    /** @param sentence what is wrong and what to do, without the program's name, which is put in front */
    public CommandException(ExitCode exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    public static CommandException failed(String sentence) {
        return new CommandException(ExitCode.FAILED, sentence);
    }

    public static CommandException conflict(String sentence) {
        return new CommandException(ExitCode.CONFLICT, sentence);
    }

    public static CommandException inUse(String sentence) {
        return new CommandException(ExitCode.IN_USE, sentence);
    }

    public static CommandException usage(String sentence) {
        return new CommandException(ExitCode.USAGE, sentence);
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
