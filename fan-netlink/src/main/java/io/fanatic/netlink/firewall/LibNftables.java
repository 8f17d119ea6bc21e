package io.fanatic.netlink.firewall;

import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** libnftables(3), the part in use. Public because jnr-ffi needs it so; use {@link Nftables}. */
public interface LibNftables {
    /**
     * {@return a new context, or null when there is no memory}
     *
     * @param flags 0
     */
    @Nullable
    Pointer nft_ctx_new(int flags);

    /**
     * Ends a context.
     *
     * @param context of {@link #nft_ctx_new}
     */
    void nft_ctx_free(Pointer context);

    /**
     * Keeps the output in memory.
     *
     * @param context of {@link #nft_ctx_new}
     * @return 0, or another number when there is no memory
     */
    int nft_ctx_buffer_output(Pointer context);

    /**
     * Keeps messages in memory.
     *
     * @param context of {@link #nft_ctx_new}
     * @return 0, or another number when there is no memory
     */
    int nft_ctx_buffer_error(Pointer context);

    /**
     * {@return what the last commands printed, for {@link Native#text(Pointer)}}
     *
     * @param context of {@link #nft_ctx_new}
     */
    Pointer nft_ctx_get_output_buffer(Pointer context);

    /**
     * {@return what the last commands complained of, likewise}
     *
     * @param context of {@link #nft_ctx_new}
     */
    Pointer nft_ctx_get_error_buffer(Pointer context);

    /**
     * Says how to print.
     *
     * @param context of {@link #nft_ctx_new}
     * @param flags bits NFT_CTX_OUTPUT_* of nftables/libnftables.h
     */
    void nft_ctx_output_set_flags(Pointer context, int flags);

    /**
     * Says whether commands are only checked.
     *
     * @param context of {@link #nft_ctx_new}
     * @param dry 1 for only checked, else 0; C's bool
     */
    void nft_ctx_set_dry_run(Pointer context, int dry);

    /**
     * Runs commands as one transaction.
     *
     * @param context of {@link #nft_ctx_new}
     * @param commands in the language of nft(8), in the form of {@link Native#text(String)}
     * @return 0 when all were carried out
     */
    int nft_run_cmd_from_buffer(Pointer context, ByteBuffer commands);
}
