package io.fanatic.netlink.firewall;

import io.fanatic.netlink.libc.Native;
import java.util.concurrent.atomic.AtomicReference;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A handle on nftables through libnftables(3), which speaks the language of nft(8). The commands of one call are one
 * transaction: all happen or none.
 *
 * <p>The library opens its netlink socket when the handle is opened, in the network namespace of the calling thread, and
 * keeps it: the handle may be used from any thread, by one at a time, and stays in that namespace (measured with 1.1.3).
 *
 * <p>The library is loaded when the first handle is opened, not before.
 */
public final class Nftables implements AutoCloseable {
    private static final String LIBRARY = "libnftables.so.1";
    private static final int OUTPUT_STATELESS = 1 << 2;
    private static final int OUTPUT_JSON = 1 << 4;

    private static @Nullable LibNftables loaded;

    private final LibNftables library;
    private final AtomicReference<@Nullable Pointer> context;

    private Nftables(LibNftables library, Pointer context) {
        this.library = library;
        this.context = new AtomicReference<>(context);
    }

    static LibNftables load(String name) {
        try {
            return LibraryLoader.create(LibNftables.class).failImmediately().load(name);
        } catch (UnsatisfiedLinkError e) {
            throw new FirewallException(
                    name + " cannot be loaded; install the package libnftables1 (Debian, Ubuntu) or libnftables", e);
        }
    }

    /**
     * {@return a handle on the rules of the calling thread's network namespace}
     *
     * @throws FirewallException when the library is not installed
     */
    public static synchronized Nftables open() {
        LibNftables library = library();
        Pointer context = library.nft_ctx_new(0);
        if (context == null) {
            throw new FirewallException("libnftables gave no context: no memory, or no nfnetlink in this kernel");
        }
        if (library.nft_ctx_buffer_output(context) != 0 || library.nft_ctx_buffer_error(context) != 0) {
            library.nft_ctx_free(context);
            throw new FirewallException("libnftables cannot buffer its output: no memory");
        }
        return new Nftables(library, context);
    }

    private static synchronized LibNftables library() {
        LibNftables library = loaded;
        if (library == null) {
            library = load(LIBRARY);
            loaded = library;
        }
        return library;
    }

    /**
     * Runs commands as one transaction.
     *
     * @param commands in the language of nft(8)
     * @return what they print
     * @throws FirewallException when one of them is refused, with nft's words; nothing has changed then
     */
    public String run(String commands) {
        return run(commands, 0, false);
    }

    /**
     * As {@link #run}, printing JSON as in libnftables-json(5).
     *
     * @param commands in the language of nft(8)
     * @return what they print, JSON
     */
    public String runJson(String commands) {
        return run(commands, OUTPUT_JSON, false);
    }

    /**
     * {@return all rules of the namespace as nft(8) writes them, without counters and other things that change by
     * themselves}
     */
    public String ruleset() {
        return run("list ruleset", OUTPUT_STATELESS, false);
    }

    /**
     * Whether {@link #run} would be accepted, told by an exception; changes nothing.
     *
     * @param commands in the language of nft(8)
     */
    public void check(String commands) {
        run(commands, 0, true);
    }

    private String run(String commands, int flags, boolean dry) {
        Pointer open = context.get();
        if (open == null) {
            throw new IllegalStateException("this handle on nftables is closed");
        }
        // Contexts share data inside libnftables and libxtables: two threads at once end the JVM.
        synchronized (Nftables.class) {
            library.nft_ctx_output_set_flags(open, flags);
            library.nft_ctx_set_dry_run(open, dry ? 1 : 0);
            int result = library.nft_run_cmd_from_buffer(open, Native.text(commands));
            // Reading a buffer empties it; both, or the next call would print what this one left.
            String output = Native.text(library.nft_ctx_get_output_buffer(open));
            String errors = Native.text(library.nft_ctx_get_error_buffer(open));
            if (result != 0) {
                throw new FirewallException("nftables refused: " + errors.strip());
            }
            return output;
        }
    }

    @Override
    public void close() {
        Pointer open = context.getAndSet(null);
        if (open != null) {
            synchronized (Nftables.class) {
                library.nft_ctx_free(open);
            }
        }
    }
}
