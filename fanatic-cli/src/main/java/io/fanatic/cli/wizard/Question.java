package io.fanatic.cli.wizard;

import java.util.List;

/**
 * One question.
 *
 * @param prompt the text before the answer, without the blank after it; may have several lines
 * @param usual what the return key alone means; empty when there is nothing usual
 * @param proposals what the tab key completes, the usual answer among them
 * @param explanation what {@code ?} shows: three lines
 */
public record Question(String prompt, String usual, List<String> proposals, List<String> explanation) {
    public Question {
        proposals = List.copyOf(proposals);
        explanation = List.copyOf(explanation);
    }

    static Question yesNo(String prompt, boolean usual, String... explanation) {
        return new Question(
                prompt + (usual ? " [Yn]:" : " [yN]:"), usual ? "y" : "n", List.of("yes", "no"), List.of(explanation));
    }
}
