package io.fanatic.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The text of /etc/network/fan. Each line is {@code <overlay> <underlay> [flag...]}, as {@link FanEntry#parse} reads it;
 * a word that begins with {@code #} begins a comment up to the line's end; blank lines mean nothing.
 *
 * <p>A bad line does not hide the good ones: {@link #lines} has these, {@link #problems} the others. An edit changes the
 * lines it is about and keeps every other byte, bad lines and comments included. Values of this class never change.
 */
public final class FanConfig {

    /** Where the fans of a host are written down. */
    public static final String DEFAULT_FILE = "/etc/network/fan";

    /** Room for some ten thousand fans; a host has a handful. */
    public static final int MAX_BYTES = 1 << 20;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    /**
     * A good line.
     *
     * @param number from 1
     * @param entry what it says
     */
    public record Line(int number, FanEntry entry) {}

    /** A line as it stands, its line feed included; the entry is there also when the line repeats an earlier one. */
    private record Row(String text, Optional<FanEntry> entry) {}

    private final String file;
    private final Charset charset;
    private final List<Row> rows = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<FanConfigException> problems = new ArrayList<>();

    private FanConfig(String file, Charset charset, String text) {
        this.file = file;
        this.charset = charset;
        // By overlay and underlay, which make a fan's identity.
        Map<String, Integer> lineOf = new HashMap<>();
        for (int start = 0; start < text.length(); ) {
            int feed = text.indexOf('\n', start);
            int end = feed < 0 ? text.length() : feed + 1;
            addRow(text.substring(start, end), lineOf);
            start = end;
        }
    }

    private void addRow(String text, Map<String, Integer> lineOf) {
        int number = rows.size() + 1;
        List<String> words = Text.words(text.substring(0, contentEnd(text)));
        Optional<FanEntry> read = Optional.empty();
        if (number == 1 && text.charAt(0) == BYTE_ORDER_MARK) {
            problems.add(new FanConfigException(
                    file, number, "it begins with a byte order mark; save it as UTF-8 without one"));
        } else if (text.indexOf('\0') >= 0) {
            problems.add(new FanConfigException(file, number, "there is a NUL byte in it; this is no text"));
        } else if (!words.isEmpty()) {
            try {
                FanEntry entry = FanEntry.parse(words);
                read = Optional.of(entry);
                String fan = entry.overlay() + " " + entry.underlay();
                Integer earlier = lineOf.putIfAbsent(fan, number);
                if (earlier == null) {
                    lines.add(new Line(number, entry));
                } else {
                    problems.add(new FanConfigException(
                            file, number, fan + " stands on line " + earlier + " already; remove one of the two"));
                }
            } catch (IllegalArgumentException e) {
                problems.add(new FanConfigException(file, number, String.valueOf(e.getMessage())));
            }
        }
        rows.add(new Row(text, read));
    }

    /** {@return a configuration with nothing in it} */
    public static FanConfig empty() {
        return parse(DEFAULT_FILE, "");
    }

    /**
     * Reads a text; it never fails, see {@link #problems}.
     *
     * @param file the file's name for messages
     * @param text its content
     * @return the configuration
     */
    public static FanConfig parse(String file, String text) {
        return new FanConfig(file, StandardCharsets.UTF_8, text);
    }

    /**
     * Reads a file. One that is not UTF-8 is taken as Latin-1, in which every byte is a character, so that it can be
     * written back as it was.
     *
     * @param path the file
     * @return the configuration
     * @throws NoSuchFileException when there is none
     * @throws IOException when it cannot be read, or has more than {@value #MAX_BYTES} bytes
     */
    public static FanConfig read(Path path) throws IOException {
        byte[] bytes = DurableFile.read(path, MAX_BYTES);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new FanConfig(path.toString(), StandardCharsets.UTF_8, text);
        } catch (CharacterCodingException notUtf8) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            return new FanConfig(path.toString(), StandardCharsets.ISO_8859_1, text);
        }
    }

    /**
     * Reads a file, or takes it as empty when there is none: a host without fans.
     *
     * @param path the file
     * @return the configuration
     * @throws IOException when it is there and cannot be read
     */
    public static FanConfig readIfExists(Path path) throws IOException {
        try {
            return read(path);
        } catch (NoSuchFileException e) {
            return parse(path.toString(), "");
        }
    }

    /**
     * Puts this text in place of the file's, whole or not at all, see {@link DurableFile#replace}.
     *
     * @param path a regular file, or where one is to be; its directory is made when missing
     * @throws IOException when it cannot be written; the file is then as before
     */
    public void write(Path path) throws IOException {
        ByteBuffer bytes;
        try {
            bytes = charset.newEncoder().encode(CharBuffer.wrap(toString()));
        } catch (CharacterCodingException e) {
            throw new IOException(path + " is encoded in " + charset + ", which lacks a character of an entry", e);
        }
        DurableFile.replace(path, bytes);
    }

    /** {@return the file's name, as messages have it} */
    public String file() {
        return file;
    }

    /** {@return the good lines in the file's order, those that are {@code off} included} */
    public List<Line> lines() {
        return Collections.unmodifiableList(lines);
    }

    /** {@return the bad lines in the file's order; empty when all is well} A repeated fan is bad on its later line. */
    public List<FanConfigException> problems() {
        return Collections.unmodifiableList(problems);
    }

    /**
     * Refuses a configuration with a bad line.
     *
     * @return this
     * @throws FanConfigException the first bad line; the others are its suppressed exceptions
     */
    public FanConfig requireValid() {
        if (!problems.isEmpty()) {
            FanConfigException first = problems.get(0);
            FanConfigException all = new FanConfigException(file, first.line(), first.reason());
            for (int i = 1; i < problems.size(); i++) {
                all.addSuppressed(problems.get(i));
            }
            throw all;
        }
        return this;
    }

    /**
     * {@return the words of a line as they stand in the file, without its comment}
     *
     * @param line one of {@link #lines}
     */
    public List<String> words(Line line) {
        String text = rows.get(line.number() - 1).text;
        return Text.words(text.substring(0, contentEnd(text)));
    }

    /**
     * {@return the good line about this overlay and underlay; empty when there is none}
     *
     * @param overlay as in the line
     * @param underlay written as in the line
     */
    public Optional<Line> find(Ipv4Prefix overlay, UnderlaySpec underlay) {
        for (Line line : lines) {
            if (line.entry().isFan(overlay, underlay)) {
                return Optional.of(line);
            }
        }
        return Optional.empty();
    }

    /**
     * With this entry in place of the one about the same overlay and underlay, or else at the end. A replaced line
     * keeps its indent and comment; a later line that repeats the fan is dropped. When nothing is to change, the result
     * is this.
     *
     * @param entry what is to stand in the file
     * @return the configuration with it
     * @throws IllegalArgumentException when the entry would not read back, as with a bridge named {@code #1}, a comment
     */
    public FanConfig with(FanEntry entry) {
        requireReadable(entry);
        StringBuilder text = new StringBuilder();
        boolean placed = false;
        for (Row row : rows) {
            if (row.entry.isEmpty() || !row.entry.get().isFan(entry.overlay(), entry.underlay())) {
                text.append(row.text);
            } else if (!placed) {
                text.append(row.entry.get().equals(entry) ? row.text : replaceContent(row.text, entry.toString()));
                placed = true;
            }
        }
        if (!placed) {
            text.append(text.length() == 0 || text.charAt(text.length() - 1) == '\n' ? "" : "\n")
                    .append(entry)
                    .append('\n');
        }
        return edited(text.toString());
    }

    /**
     * Without any line about this overlay and underlay. When there is none, the result is this.
     *
     * @param overlay as in the line
     * @param underlay written as in the line
     * @return the configuration without it
     */
    public FanConfig without(Ipv4Prefix overlay, UnderlaySpec underlay) {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            if (row.entry.isEmpty() || !row.entry.get().isFan(overlay, underlay)) {
                text.append(row.text);
            }
        }
        return edited(text.toString());
    }

    private FanConfig edited(String text) {
        return text.equals(toString()) ? this : new FanConfig(file, charset, text);
    }

    private void requireReadable(FanEntry entry) {
        List<FanConfig.Line> readBack = parse(file, entry.toString()).lines();
        if (readBack.size() != 1 || !readBack.get(0).entry().equals(entry)) {
            throw new IllegalArgumentException(Text.quote(entry.toString()) + " cannot be written to " + file
                    + ": it would not read back the same");
        }
    }

    private static String replaceContent(String line, String content) {
        return line.substring(0, Text.skipSpace(line, 0)) + content + line.substring(contentEnd(line));
    }

    /** Just past the last word before the comment, or before the line's end. */
    private static int contentEnd(String line) {
        int end = 0;
        for (int at = Text.skipSpace(line, 0);
                at < line.length() && line.charAt(at) != '#';
                at = Text.skipSpace(line, end)) {
            end = Text.skipWord(line, at);
        }
        return end;
    }

    /** The whole text, as it was read except for the lines edited. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append(row.text);
        }
        return text.toString();
    }
}
