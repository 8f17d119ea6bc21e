package io.fanatic.harness.lab;

/** A lab that cannot be made, found or used; the message is a sentence for a person. */
public class LabException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LabException(String sentence) {
        super(sentence);
    }

    public LabException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
