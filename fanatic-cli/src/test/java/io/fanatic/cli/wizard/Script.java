package io.fanatic.cli.wizard;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A prompter that answers from a list and writes down what was asked and said. */
final class Script implements Prompter {
    private final Deque<String> answers;
    private final boolean person;
    private final List<String> lines = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();

    private Script(boolean person, String... answers) {
        this.person = person;
        this.answers = new ArrayDeque<>(List.of(answers));
    }

    static Script pipe(String... answers) {
        return new Script(false, answers);
    }

    static Script person(String... answers) {
        return new Script(true, answers);
    }

    @Override
    public String ask(Question question) {
        questions.add(question);
        if (answers.isEmpty()) {
            lines.add(question.prompt());
            throw new CancelledException();
        }
        String answer = answers.remove();
        lines.add(question.prompt() + (answer.isEmpty() ? "" : " " + answer));
        return answer;
    }

    @Override
    public void say(String line) {
        lines.add(line);
    }

    @Override
    public boolean isPerson() {
        return person;
    }

    @Override
    public void close() {}

    String text() {
        return String.join("\n", lines) + "\n";
    }

    List<Question> questions() {
        return questions;
    }

    boolean usedUp() {
        return answers.isEmpty();
    }
}
