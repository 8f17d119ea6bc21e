package io.fanatic.cli.wizard;

import io.fanatic.cli.command.CleanStream;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.cli.terminal.Wrap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A terminal with line editing, a history of this run's answers and completion. */
public final class TerminalPrompter implements Prompter {
    private final Terminal terminal;
    private final LineReader reader;
    private final Runnable afterwards;
    private List<String> proposals = List.of();

    /** @param afterwards run after each answer: JLine has taken Ctrl-C meanwhile */
    public TerminalPrompter(Runnable afterwards) {
        this.afterwards = afterwards;
        try {
            terminal = TerminalBuilder.builder().system(true).build();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the terminal: " + e.getMessage(), e);
        }
        // Answers are plain words: no quotes, no escapes, no "!" for the history.
        DefaultParser parser = new DefaultParser();
        parser.setQuoteChars(new char[0]);
        parser.setEscapeChars(new char[0]);
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(parser)
                .completer((line, words, candidates) -> proposals.forEach(each -> candidates.add(new Candidate(each))))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.BRACKETED_PASTE, false)
                // Else the proposals have headings ("original", "others"), and a word that is none is taken for one of
                // them, misspelt.
                .option(LineReader.Option.AUTO_GROUP, false)
                .variable(LineReader.ERRORS, 0)
                .build();
    }

    @Override
    public String ask(Question question) {
        proposals = question.proposals();
        List<String> lines = new ArrayList<>();
        CleanStream.clean(question.prompt()).lines().forEach(line -> lines.addAll(Wrap.line(line, columns(question))));
        String last = lines.remove(lines.size() - 1);
        lines.forEach(terminal.writer()::println);
        try {
            return reader.readLine(last + " ").strip();
        } catch (UserInterruptException | EndOfFileException e) {
            throw new CancelledException();
        } finally {
            afterwards.run();
        }
    }

    /** Of a prompt: an answer that is proposed fits behind it.  */
    private int columns(Question question) {
        int answer =
                question.proposals().stream().mapToInt(String::length).max().orElse(0);
        return Math.max(1, columns() - 1 - answer);
    }

    private int columns() {
        int columns = terminal.getWidth();
        return columns > 0 ? columns : Screen.WIDTH;
    }

    @Override
    public void say(String line) {
        Wrap.line(CleanStream.clean(line), columns()).forEach(terminal.writer()::println);
        terminal.flush();
    }

    @Override
    public boolean isPerson() {
        return true;
    }

    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            // The program ends; the terminal is as it was after each answer.
        }
        afterwards.run();
    }
}
