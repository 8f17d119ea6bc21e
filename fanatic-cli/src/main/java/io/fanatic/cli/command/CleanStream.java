package io.fanatic.cli.command;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A standard stream through which no control character comes that somebody wrote into a file or a device's name: a terminal
 * would obey it. Line feeds, tabs and colours pass; everything else is written as in JSON, such as {@code \u001b}. It remembers
 * why it could not write, which a {@link PrintStream} does not tell.
 */
public final class CleanStream extends PrintStream {
    private final PrintStream unfiltered;
    private final Raw raw;

    private CleanStream(Raw raw, Charset charset) {
        super(new Filter(raw, charset.equals(StandardCharsets.UTF_8)), true, charset);
        this.raw = raw;
        unfiltered = new PrintStream(raw, true, charset);
    }

    /** @param out where what is left is written, in this encoding */
    public static CleanStream to(OutputStream out, Charset charset) {
        return new CleanStream(new Raw(out), charset);
    }

    /** One of this process's, in the encoding that Java writes it in. */
    static CleanStream to(FileDescriptor standard, String encoding) {
        String own = System.getProperty(encoding, System.getProperty("sun." + encoding, ""));
        String name = own.isEmpty() ? System.getProperty("native.encoding", "UTF-8") : own;
        return to(new FileOutputStream(standard), Charset.forName(name));
    }

    /** A stream for who moves the cursor of the terminal; any other stream is itself. */
    public static PrintStream unfiltered(PrintStream stream) {
        return stream instanceof CleanStream clean ? clean.unfiltered : stream;
    }

    /** A text as it would come out. */
    public static String clean(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CleanStream stream = to(bytes, StandardCharsets.UTF_8)) {
            stream.print(text);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean checkError() {
        return super.checkError() | failure().isPresent();
    }

    /** Why not everything was written; empty also where the reader did not want more. */
    Optional<IOException> failure() {
        flush();
        @Nullable IOException failure = raw.failure;
        boolean unwanted =
                failure != null && String.valueOf(failure.getMessage()).contains("Broken pipe");
        return unwanted ? Optional.empty() : Optional.ofNullable(failure);
    }

    /** Whether anything was written, or tried to. */
    boolean wrote() {
        return raw.wrote;
    }

    private static final class Raw extends OutputStream {
        private final OutputStream out;
        private volatile boolean wrote;
        private volatile @Nullable IOException failure;

        Raw(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            wrote = true;
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }

    private static final class Filter extends OutputStream {
        private static final int ESCAPE = 0x1b;
        private static final int DELETE = 0x7f;
        /** The first byte of the control characters from 0x80 to 0x9f in UTF-8. */
        private static final int FIRST_OF_C1 = 0xc2;

        private static final int LONGEST_COLOUR = 12;

        private final OutputStream out;
        private final boolean utf8;
        /** What may become a colour. */
        private final StringBuilder held = new StringBuilder();

        private final ByteArrayOutputStream ready = new ByteArrayOutputStream();
        private boolean mayBeC1;

        Filter(OutputStream out, boolean utf8) {
            this.out = out;
            this.utf8 = utf8;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int i = offset; i < offset + length; i++) {
                next(bytes[i] & 0xff);
            }
            ready.writeTo(out);
            ready.reset();
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        private void next(int b) {
            if (held.length() > 0) {
                held.append((char) b);
                if (b == 'm' && held.length() > 2) {
                    held.chars().forEach(ready::write);
                    held.setLength(0);
                } else if (!isInColour(b)) {
                    String other = held.substring(1);
                    held.setLength(0);
                    escaped(ESCAPE);
                    other.chars().forEach(this::next);
                }
            } else if (b == ESCAPE) {
                held.append((char) b);
            } else if (mayBeC1) {
                mayBeC1 = false;
                if (b >= 0x80 && b < 0xa0) {
                    escaped(b);
                } else {
                    ready.write(FIRST_OF_C1);
                    next(b);
                }
            } else if (utf8 && b == FIRST_OF_C1) {
                mayBeC1 = true;
            } else if (b < ' ' && b != '\n' && b != '\t' || b == DELETE || !utf8 && b >= 0x80 && b < 0xa0) {
                escaped(b);
            } else {
                ready.write(b);
            }
        }

        private boolean isInColour(int b) {
            return held.length() == 2 ? b == '[' : held.length() < LONGEST_COLOUR && (b >= '0' && b <= '9' || b == ';');
        }

        private void escaped(int b) {
            String text = "\\u00" + Character.forDigit(b >> 4, 16) + Character.forDigit(b & 15, 16);
            ready.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
