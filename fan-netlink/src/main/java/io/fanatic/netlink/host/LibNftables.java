package io.fanatic.netlink.host;

import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** libnftables(3), the part in use. Public because jnr-ffi needs it so; use {@link Nftables}. */
public interface LibNftables {
    @Nullable
    Pointer nft_ctx_new(int flags);

    void nft_ctx_free(Pointer context);

    int nft_ctx_buffer_output(Pointer context);

    int nft_ctx_buffer_error(Pointer context);

    String nft_ctx_get_output_buffer(Pointer context);

    String nft_ctx_get_error_buffer(Pointer context);

    void nft_ctx_output_set_flags(Pointer context, int flags);

    void nft_ctx_set_dry_run(Pointer context, boolean dry);

    int nft_run_cmd_from_buffer(Pointer context, String commands);
}
