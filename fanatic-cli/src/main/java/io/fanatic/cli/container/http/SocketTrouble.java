package io.fanatic.cli.container.http;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What went wrong on a socket, in words that fit behind a colon. */
final class SocketTrouble {
    private SocketTrouble() {}

    static String description(@Nullable Throwable cause) {
        if (cause == null) {
            return "the connection was not accepted in time";
        }
        if (cause instanceof FileNotFoundException || cause instanceof NoSuchFileException) {
            return "the socket is gone";
        }
        if (cause instanceof EOFException) {
            return "the connection ended";
        }
        if (cause instanceof ReadTimeoutException) {
            return "no answer came in time";
        }
        if (cause instanceof TooLongFrameException) {
            return "it is too large";
        }
        String message = String.valueOf(cause.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("refused")) {
            return "nobody listens there (connection refused)";
        }
        if (lower.contains("permission denied")) {
            return "permission denied; run it as root";
        }
        return HttpAnswer.oneLine(message);
    }
}
