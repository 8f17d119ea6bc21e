package io.fanatic.core;

import org.jspecify.annotations.Nullable;

/**
 * What fanatic's libraries throw when something other than their caller's arguments is wrong: whoever catches this catches all of it.
 * Subclasses that are part of the API say more, such as why a fan did not come up; what the kernel refused is thrown as a
 * subclass that is not, with its words as the message.
 */
public abstract class FanaticException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * A failure.
     *
     * @param message one sentence for people: what is wrong, where, and what to do
     * @param cause what was thrown, or null
     */
    protected FanaticException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
