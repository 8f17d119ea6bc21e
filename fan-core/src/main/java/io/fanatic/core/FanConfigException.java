package io.fanatic.core;

/** A line of a configuration file that cannot be used; the message begins with {@code file:line:}. */
public final class FanConfigException extends FanaticException {

    private static final long serialVersionUID = 1;

    private final String file;
    private final int line;
    private final String reason;

    /**
     * A complaint about one line.
     *
     * @param file the file's name for the message
     * @param line the line's number, from 1
     * @param reason the offending word, what is wrong with it and what was expected
     */
    public FanConfigException(String file, int line, String reason) {
        super(file + ":" + line + ": " + reason, null);
        this.file = file;
        this.line = line;
        this.reason = reason;
    }

    /** {@return the file's name, as it was given} */
    public String file() {
        return file;
    }

    /** {@return the line's number, from 1} */
    public int line() {
        return line;
    }

    /** {@return the message without {@code file:line:}} */
    public String reason() {
        return reason;
    }
}
