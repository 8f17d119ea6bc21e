package io.fanatic.netlink.engine;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;

/** Words for people. */
final class Text {
    private Text() {}

    static String join(String separator, Iterable<?> things) {
        StringBuilder text = new StringBuilder();
        for (Object thing : things) {
            text.append(text.length() == 0 ? "" : separator).append(thing);
        }
        return text.toString();
    }

    /** Why a file could not be used, without the file's name, which the sentence has already. */
    static String reason(IOException e) {
        if (e instanceof CharacterCodingException) {
            return "it is not text";
        }
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.toString() : reason;
    }
}
