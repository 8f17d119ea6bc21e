package io.fanatic.cli.terminal;

import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import java.io.PrintStream;
import java.util.List;

/**
 * Text for people, at most {@value #WIDTH} columns wide. Coloured on a terminal, unless NO_COLOR is set (no-color.org) or the
 * terminal is dumb.
 */
public final class Screen {
    public static final int WIDTH = 80;

    private static final String INDENT = "   ";
    private static final String BOLD = "1";
    private static final String GREEN = "32";
    private static final String RED = "1;31";
    private static final String DIM = "2";

    private final PrintStream out;
    private final boolean colours;
    private volatile boolean silent;

    public Screen(Console console) {
        out = console.out();
        colours = out == System.out && Terminals.wantsColours() && Terminals.isTerminal(1);
    }

    /** Prints nothing any more: somebody else is saying good-bye. */
    public void silence() {
        silent = true;
    }

    public boolean silent() {
        return silent;
    }

    public void line(String text) {
        if (!silent) {
            out.println(text);
        }
    }

    /** Text broken between words, so that it fits. */
    public void wrapped(String indent, String text) {
        Wrap.lines(indent, indent, text, WIDTH).forEach(this::line);
    }

    public void blank() {
        line("");
    }

    public void title(String text) {
        line(paint(BOLD, text));
    }

    /** A step of a story: a blank line, then its headline. */
    public void step(int number, String text) {
        blank();
        title(number + ". " + text);
    }

    /** Lines that belong to a step. */
    public void detail(String text) {
        text.lines().forEach(each -> line(INDENT + each));
    }

    public void details(List<String> lines) {
        lines.forEach(this::detail);
    }

    /** A command as one would type it, and what it printed. */
    public void command(String host, String command, String output) {
        line(INDENT + paint(DIM, host + " # ") + command);
        output.lines().forEach(each -> line(INDENT + INDENT + each));
    }

    /** {@code ok}, or {@code FAILED}. */
    public String verdict(boolean ok) {
        return ok ? paint(GREEN, "ok") : paint(RED, "FAILED");
    }

    public String paint(String code, String text) {
        return colours ? "\033[" + code + "m" + text + "\033[0m" : text;
    }

    /** The last line of something that tried: how it went, and the exit code that says the same. */
    public ExitCode conclude(boolean ok, String sentence) {
        line(paint(ok ? GREEN : RED, sentence));
        return ok ? ExitCode.DONE : ExitCode.TEST_FAILED;
    }
}
