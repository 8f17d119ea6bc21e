package io.fanatic.cli.wizard;

/** Where questions go and answers come from. */
public interface Prompter extends AutoCloseable {

    /**
     * Asks once.
     *
     * @return the answer, without blanks around it; empty for the return key alone
     * @throws CancelledException at the end of the answers, or when the person pressed Ctrl-C or Ctrl-D
     */
    String ask(Question question);

    /** Shows a line between questions. */
    void say(String line);

    /** Whether a person is there, who is also asked what the transcript of 2016 did not have. */
    boolean isPerson();

    @Override
    void close();
}
