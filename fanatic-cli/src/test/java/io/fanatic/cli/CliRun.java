package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.CleanStream;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.setup.Host;
import io.fanatic.harness.lab.LabNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** One run of fanctl or fanatic in this JVM, on a lab's host where one is given: what it printed and how it ended. */
public record CliRun(ExitCode exitCode, String out, String err) {

    public static CliRun fanctl(LabNode host, String commandLine) {
        return host.namespace().call(() -> run(new Fanctl(), commandLine));
    }

    static CliRun fanctl(String commandLine) {
        return run(new Fanctl(), commandLine);
    }

    static CliRun fanatic(String commandLine) {
        return run(new Fanatic(), commandLine);
    }

    public static CliRun fanatic(LabNode node, String commandLine) {
        return node.namespace().call(() -> run(new Fanatic(), commandLine));
    }

    /** With what is piped in, and with these engines. */
    static CliRun fanatic(LabNode node, Supplier<Host> host, String commandLine, String input) {
        return node.namespace().call(() -> run(new Fanatic(host), commandLine, input));
    }

    private static CliRun run(Program program, String commandLine) {
        return run(program, commandLine, "");
    }

    private static CliRun run(Program program, String commandLine, String input) {
        String[] words = commandLine.isEmpty() ? new String[0] : commandLine.split(" ");
        return run(program, words, input, new ByteArrayOutputStream());
    }

    /** With words that may be empty or have spaces in them, and with a standard output that may refuse to be written. */
    static CliRun run(Program program, String[] words, String input, OutputStream out) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode exitCode = program.run(
                words,
                new Console(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        CleanStream.to(out, StandardCharsets.UTF_8),
                        CleanStream.to(err, StandardCharsets.UTF_8)));
        String printed = out instanceof ByteArrayOutputStream bytes ? bytes.toString(StandardCharsets.UTF_8) : "";
        return new CliRun(exitCode, printed, err.toString(StandardCharsets.UTF_8));
    }

    /** Done, with nothing on stderr; gives what was printed. */
    public String done() {
        assertThat(err).isEmpty();
        assertThat(exitCode).isEqualTo(ExitCode.DONE);
        return out;
    }

    /** As {@link #refused}, followed by where to read more or what may have been meant. */
    void refusedWithHint(ExitCode code, String... words) {
        assertThat(err).contains(words);
        assertThat(exitCode).as(err).isEqualTo(code);
        nothingDone(code);
        assertThat(err.strip().lines()).as("a sentence and a hint").hasSizeBetween(1, 3);
    }

    /** Refused with this code and one sentence that has all these words; nothing on stdout. */
    void refused(ExitCode code, String... words) {
        assertThat(err).contains(words);
        assertThat(exitCode).as(err).isEqualTo(code);
        nothingDone(code);
        assertThat(err.strip().lines()).as("one sentence, no stack trace").hasSize(1);
    }

    /** Nothing on standard output but, with {@code --json}, why. */
    private void nothingDone(ExitCode code) {
        if (!out.isEmpty()) {
            JsonObject document = JsonParser.parseString(out).getAsJsonObject();
            assertThat(document.keySet()).as(out).containsExactlyInAnyOrder("schema", "error");
            JsonObject error = document.getAsJsonObject("error");
            assertThat(error.get("exitCode").getAsInt()).isEqualTo(code.status());
            assertThat(err).contains(error.get("message").getAsString());
        }
    }
}
