package io.fanatic.cli.terminal;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this program's standard streams are. */
public final class Terminals {
    private static final int USUAL_COLUMNS = 80;
    /** asm-generic/ioctls.h. */
    private static final long TIOCGWINSZ = 0x5413;

    private Terminals() {}

    /**
     * Whether a standard stream is a terminal. Java's own Console is there without one, too, from 22 on.
     *
     * @param fd 0, 1 or 2
     */
    public static boolean isTerminal(int fd) {
        try {
            String file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether colours are welcome where there is a terminal: no-color.org. */
    public static boolean wantsColours() {
        String noColor = System.getenv("NO_COLOR");
        return (noColor == null || noColor.isEmpty()) && !isDumb();
    }

    /** Whether the terminal cannot move its cursor. */
    public static boolean isDumb() {
        String term = System.getenv("TERM");
        return term == null || term.isEmpty() || term.equals("dumb");
    }

    /** How wide the terminal on standard error is; 80 when it does not tell. */
    public static int columns() {
        ByteBuffer size = Native.buffer(8);
        if (LIBC.ioctl(2, TIOCGWINSZ, size) < 0) {
            return USUAL_COLUMNS;
        }
        int columns = size.getShort(2) & 0xffff;
        return columns == 0 ? USUAL_COLUMNS : columns;
    }
}
