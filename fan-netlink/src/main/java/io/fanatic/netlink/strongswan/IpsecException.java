package io.fanatic.netlink.strongswan;

import io.fanatic.core.FanaticException;
import org.jspecify.annotations.Nullable;

/** strongSwan does not do what a fan needs, or its files cannot be written; the message says what and where. */
public final class IpsecException extends FanaticException {
    private static final long serialVersionUID = 1;

    IpsecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
