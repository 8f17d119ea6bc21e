package io.fanatic.netlink.bpf;

import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import org.jspecify.annotations.Nullable;

/** libbpf, the part in use of versions 0.5 and later. Public because jnr-ffi needs it so; use {@link FanObject}. */
public interface LibBpf {

    /** Hears what the library has to say. */
    interface Print {
        /**
         * {@return what is not looked at}
         *
         * @param level 0 warnings, 1 information, 2 details
         * @param format of printf
         * @param arguments C's va_list, which each of our CPUs passes as an address
         */
        @Delegate
        int print(int level, Pointer format, Pointer arguments);
    }

    /** Takes a record. */
    interface Sample {
        /**
         * {@return 0 to go on}
         *
         * @param context null
         * @param data the record
         * @param bytes its length
         */
        @Delegate
        int take(@Nullable Pointer context, Pointer data, long bytes);
    }

    /** {@return a reader; null or an error} */
    @Nullable
    Pointer ring_buffer__new(int map, Sample sample, @Nullable Pointer context, @Nullable Pointer options);

    /** {@return how many records were taken, or a negative errno} */
    int ring_buffer__consume(Pointer ring);

    /** Ends a reader. */
    void ring_buffer__free(Pointer ring);

    /** {@return the one before} */
    @Nullable
    Pointer libbpf_set_print(@Nullable Print print);

    /** {@return 0, or a negative errno where a pointer stands for an error} */
    long libbpf_get_error(@Nullable Pointer pointer);

    /** {@return an object file, opened} */
    @Nullable
    Pointer bpf_object__open_mem(ByteBuffer bytes, long size, ByteBuffer options);

    /** {@return 0 or a negative errno} */
    int bpf_object__load(Pointer object);

    /** Closes what was opened and loaded. */
    void bpf_object__close(Pointer object);

    /** {@return null without such a map} */
    @Nullable
    Pointer bpf_object__find_map_by_name(Pointer object, ByteBuffer name);

    /** {@return null without such a program} */
    @Nullable
    Pointer bpf_object__find_program_by_name(Pointer object, ByteBuffer name);

    /** {@return 0 or a negative errno} */
    int bpf_map__set_initial_value(Pointer map, ByteBuffer data, long size);

    /** {@return 0 or a negative errno} */
    int bpf_map__set_max_entries(Pointer map, int entries);

    /** {@return 0 or a negative errno} */
    int bpf_map__reuse_fd(Pointer map, int fd);

    /** {@return the map's descriptor, the object's} */
    int bpf_map__fd(Pointer map);

    /** {@return 0 or a negative errno} */
    int bpf_program__set_autoload(Pointer program, boolean load);

    /** {@return the program's descriptor, the object's} */
    int bpf_program__fd(Pointer program);
}
