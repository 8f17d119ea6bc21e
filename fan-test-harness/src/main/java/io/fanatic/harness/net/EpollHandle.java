package io.fanatic.harness.net;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking descriptor on a Netty event loop that is notified when it can be read or written, and reads and writes by itself.
 *
 * <p>Netty's own channels copy everything they read into buffers of the heap's size, know neither MSG_TRUNC nor kernel
 * timestamps, and take a socket whose peer has half closed out of the epoll set (4.2.18), so that what is left to write stays
 * unwritten. Here the interest is exactly what was asked for, and a connection that waits costs no buffer.
 *
 * <p>All methods are to be called on the event loop, unless said otherwise. Events are level-triggered.
 */
public abstract class EpollHandle implements EpollIoHandle {

    /** Errors are reported anyway. After EpollIoOps.NONE Netty (4.2.18) cannot be told anything else any more. */
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLERR;

    private static final EpollIoOps BOTH = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);

    private final FileDescriptor descriptor;
    private final Runnable closer;
    private @Nullable IoEventLoop loop;
    private @Nullable IoRegistration registration;
    private EpollIoOps wanted = NOTHING;
    private boolean closed;

    /** @param fd owned from now on */
    protected EpollHandle(int fd) {
        this(fd, () -> LIBC.close(fd));
    }

    /** @param closer what closes the descriptor, when somebody else owns it */
    protected EpollHandle(int fd, Runnable closer) {
        this.descriptor = new FileDescriptor(fd);
        this.closer = closer;
    }

    /** Begins; may be called from any thread. */
    public final void watch(IoEventLoop on, boolean read, boolean write) {
        if (!on.inEventLoop()) {
            on.execute(() -> watch(on, read, write));
            return;
        }
        loop = on;
        on.register(this).addListener(registered -> {
            if (!registered.isSuccess()) {
                close();
                broken(String.valueOf(registered.cause().getMessage()));
                return;
            }
            registration = (IoRegistration) registered.getNow();
            registration.submit(wanted);
            want(read, write);
            watching();
        });
    }

    /** What to be told of from now on. */
    protected final void want(boolean read, boolean write) {
        EpollIoOps next = read ? (write ? BOTH : EpollIoOps.EPOLLIN) : write ? EpollIoOps.EPOLLOUT : NOTHING;
        if (registration != null && registration.isValid() && !next.equals(wanted)) {
            wanted = next;
            registration.submit(next);
        }
    }

    /** The first call, before any other. */
    protected void watching() {}

    /**
     * It can be read, or written, or has an error: then both are true, and trying either shows which. A handle that does not try is
     * called again at once.
     */
    protected abstract void ready(boolean readable, boolean writable);

    /** It could not be watched at all, and is closed. */
    protected abstract void broken(String reason);

    public final int number() {
        return descriptor.intValue();
    }

    protected final IoEventLoop loop() {
        if (loop == null) {
            throw new IllegalStateException("not watched yet");
        }
        return loop;
    }

    public final boolean isClosed() {
        return closed;
    }

    /** Gives the descriptor back unclosed and ends the watching. */
    protected final void release() {
        closed = true;
        if (registration != null) {
            registration.cancel();
        }
    }

    @Override
    public final void close() {
        if (closed) {
            return;
        }
        release();
        closer.run();
    }

    @Override
    public final FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public final void handle(IoRegistration from, IoEvent event) {
        if (closed) {
            return;
        }
        EpollIoOps ops = ((EpollIoEvent) event).ops();
        boolean readable = ops.contains(EpollIoOps.EPOLLIN);
        boolean writable = ops.contains(EpollIoOps.EPOLLOUT);
        // An error or a hang-up is reported whether asked for or not.
        boolean error = ops.contains(EpollIoOps.EPOLLERR) || !readable && !writable;
        ready(readable || error, writable || error);
    }
}
