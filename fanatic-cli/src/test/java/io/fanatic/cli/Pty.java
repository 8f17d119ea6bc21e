package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jnr.ffi.LibraryLoader;

/** A program on a pseudo-terminal of its own, in a session of its own, as sshd would start it. */
final class Pty implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String CTRL_C = "\003";
    static final String CTRL_D = "\004";
    static final String RETURN = "\r";

    private static final int O_RDWR_NOCTTY_CLOEXEC_NONBLOCK = 02 | 0400 | 02000000 | 04000;
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TIOCSWINSZ = 0x5414;

    /** For jnr-ffi, which wants it public. */
    public interface Files {
        long read(int fd, ByteBuffer buffer, long length);

        long write(int fd, ByteBuffer buffer, long length);
    }

    private static final Files FILES = LibraryLoader.create(Files.class).load("c");

    private final int master;
    private final Process process;
    private final StringBuilder output = new StringBuilder();
    private final Thread reader;
    private int read;
    private boolean closed;
    private volatile boolean hungUp;

    private Pty(int master, Process process) {
        this.master = master;
        this.process = process;
        reader = new Thread(this::readAll, "pty");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a program.
     *
     * @param prefix what enters the namespaces
     * @param environment on top of this program's
     */
    static Pty start(List<String> prefix, List<String> command, int columns, Map<String, String> environment)
            throws IOException {
        int master = check("open a pty", Native.open("/dev/ptmx", O_RDWR_NOCTTY_CLOEXEC_NONBLOCK));
        ByteBuffer number = Native.buffer(4);
        check("unlock the pty", LIBC.ioctl(master, TIOCSPTLCK, number));
        check("name the pty", LIBC.ioctl(master, TIOCGPTN, number));
        ByteBuffer size = Native.buffer(8).putShort(0, (short) 24).putShort(2, (short) columns);
        check("size the pty", LIBC.ioctl(master, TIOCSWINSZ, size));
        File slave = new File("/dev/pts/" + number.getInt(0));
        List<String> words = new ArrayList<>(prefix);
        words.addAll(JavaProgram.WITH_DEFAULT_SIGNALS);
        words.addAll(List.of("/usr/bin/setsid", "--ctty"));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectInput(slave)
                .redirectOutput(slave)
                .redirectError(slave);
        builder.environment().remove("NO_COLOR");
        builder.environment().put("TERM", "xterm");
        builder.environment().putAll(environment);
        return new Pty(master, builder.start());
    }

    private void readAll() {
        ByteBuffer buffer = Native.buffer(4096);
        // A read that waits would keep the pty open while it is being closed.
        while (!hungUp) {
            long length = FILES.read(master, buffer, buffer.capacity());
            if (length < 0 && Native.errno() == Errno.EAGAIN) {
                LockSupport.parkNanos(2_000_000);
                continue;
            }
            if (length <= 0) {
                break;
            }
            byte[] bytes = new byte[(int) length];
            buffer.get(0, bytes);
            synchronized (output) {
                output.append(new String(bytes, StandardCharsets.UTF_8));
                output.notifyAll();
            }
        }
        synchronized (output) {
            closed = true;
            output.notifyAll();
        }
    }

    /** Types it. */
    Pty type(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        check("type", FILES.write(master, Native.buffer(bytes.length).put(0, bytes), bytes.length));
        return this;
    }

    /** Waits until this was printed, behind what was awaited before. */
    Pty await(String text) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (output) {
            while (true) {
                String shown = Transcript.withoutEscapes(output.toString());
                String rest = shown.substring(Math.min(read, shown.length()));
                if (rest.contains(text)) {
                    read = shown.length() - rest.length() + rest.indexOf(text) + text.length();
                    return this;
                }
                long left = end - System.nanoTime();
                assertThat(left > 0 && !closed)
                        .as("waiting for \"%s\", there is: %s", text, rest)
                        .isTrue();
                try {
                    TimeUnit.NANOSECONDS.timedWait(output, left);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Waits for a prompt, then answers it. */
    Pty answer(String prompt, String answer) {
        return await(prompt).type(answer + RETURN);
    }

    /** Waits for the program's end. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ended; it printed: %s", raw())
                .isTrue();
        reader.join(PATIENCE.toMillis());
        return process.exitValue();
    }

    String raw() {
        synchronized (output) {
            return output.toString();
        }
    }

    /** What was shown, as lines. */
    String text() {
        return Transcript.withoutEscapes(raw());
    }

    /** Hangs up: the kernel sends SIGHUP to the session. */
    void hangUp() throws InterruptedException {
        if (!hungUp) {
            hungUp = true;
            reader.join(PATIENCE.toMillis());
            LIBC.close(master);
        }
    }

    Process process() {
        return process;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        hangUp();
    }
}
