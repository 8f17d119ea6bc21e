package io.fanatic.cli.wizard;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Answers by the line: from a pipe or a file, or from a terminal that can do no more. A pipe does not show what goes in, so
 * the answers are printed behind their prompts, and the output reads as that of a terminal.
 */
public final class LinePrompter implements Prompter {
    private final BufferedReader in;
    private final PrintStream out;
    private final boolean person;

    /** @param person whether somebody types the answers, and so sees them already */
    public LinePrompter(InputStream in, PrintStream out, boolean person) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
        this.person = person;
    }

    @Override
    public String ask(Question question) {
        out.print(question.prompt() + (person ? " " : ""));
        out.flush();
        String line;
        try {
            line = in.readLine();
        } catch (IOException e) {
            // A terminal that has gone.
            line = null;
        }
        if (line == null) {
            out.println();
            throw new CancelledException();
        }
        String answer = line.strip();
        if (!person) {
            out.println(answer.isEmpty() ? "" : " " + answer);
        }
        return answer;
    }

    @Override
    public void say(String line) {
        out.println(line);
    }

    @Override
    public boolean isPerson() {
        return person;
    }

    @Override
    public void close() {}
}
