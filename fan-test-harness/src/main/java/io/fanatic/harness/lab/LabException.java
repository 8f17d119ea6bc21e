package io.fanatic.harness.lab;

import io.fanatic.core.FanaticException;

/** A lab that cannot be made, found or used; the message is a sentence for a person. */
public class LabException extends FanaticException {
    private static final long serialVersionUID = 1;

    /**
     * A failure that nothing else was thrown for.
     *
     * @param sentence what is wrong, where, what to do
     */
    public LabException(String sentence) {
        super(sentence, null);
    }

    /**
     * A failure that follows from another.
     *
     * @param sentence what is wrong, where, what to do
     * @param cause what was thrown
     */
    public LabException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
