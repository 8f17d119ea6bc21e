package io.fanatic.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text broken between words, so that it fits; a word that does not gets a line of its own. */
public final class Wrap {
    private Wrap() {}

    /**
     * Breaks one paragraph.
     *
     * @param start what the first line begins with, blanks at its end included
     * @param indent what each further line begins with
     * @param text words with single blanks between them
     * @param width in columns
     */
    public static List<String> lines(String start, String indent, String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(start);
        boolean fresh = true;
        for (String word : text.split(" ", -1)) {
            if (!fresh && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(indent);
                fresh = true;
            }
            line.append(fresh ? "" : " ").append(word);
            fresh = false;
        }
        lines.add(line.toString());
        return lines;
    }

    /** A word of a table, with blanks up to the next one, at least one. */
    public static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    /** A line that fits stays as it is; one that does not goes on below its own text, that of a list item below its words. */
    public static List<String> line(String line, int width) {
        if (line.length() <= width) {
            return List.of(line);
        }
        String text = line.stripLeading();
        String start = " ".repeat(line.length() - text.length());
        String indent = text.startsWith("- ") ? start + "  " : start;
        return lines(start, indent, text, width);
    }
}
