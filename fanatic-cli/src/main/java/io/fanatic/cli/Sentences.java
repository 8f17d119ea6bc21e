package io.fanatic.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** The JDK's file errors, whose message is only the file's name, in words. */
final class Sentences {
    private Sentences() {}

    static String of(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied; try sudo";
        }
        if (e instanceof FileSystemException file) {
            return Optional.ofNullable(file.getReason()).orElse(String.valueOf(e.getMessage()));
        }
        return String.valueOf(e.getMessage());
    }
}
