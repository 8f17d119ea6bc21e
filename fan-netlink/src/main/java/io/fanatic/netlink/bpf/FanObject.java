package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The compiled programs of src/main/bpf, loaded by libbpf with the constants of one fan.
 */
final class FanObject implements AutoCloseable {
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final byte[] BYTES = read("fan");
    /** struct bpf_object_open_opts: its size, the object's name, which begins those of its maps. */
    private static final int OPTIONS_BYTES = 16;

    /** The least that a ring buffer may have where pages are large, for programs that act and use none. */
    private static final int FEW_RECORDS = 1 << 16;

    private static @Nullable LibBpf loaded;

    private final Pointer object;

    private FanObject(Pointer object) {
        this.object = object;
    }

    /** The object file of a C file for CPUs such as this one. */
    static byte[] read(String source) {
        String name = source + (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? ".bpfel.o" : ".bpfeb.o");
        try (InputStream stream = FanObject.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing beside " + FanObject.class);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The programs' fingerprint with these constants: the same for the same programs, on CPUs of the same byte order. */
    static int fingerprint(ByteBuffer constants) {
        CRC32 crc = new CRC32();
        crc.update(BYTES);
        crc.update(constants.duplicate().rewind());
        return (int) crc.getValue();
    }

    /**
     * Loads some of the programs.
     *
     * @param constants as of {@code struct fan}
     * @param programs the names of their functions
     * @param counters the map that they count in; empty: a new one
     * @param records the ring buffer for what an observer tells; empty for programs that act
     * @throws VerifierException when the verifier refuses
     * @throws ErrnoException when the kernel refuses for another reason
     */
    static FanObject load(
            ByteBuffer constants, List<String> programs, Optional<BpfMap> counters, Optional<BpfMap> records) {
        List<String> others = new ArrayList<>();
        for (AttachedProgram.Role role : AttachedProgram.Role.values()) {
            if (role != AttachedProgram.Role.FOREIGN && !programs.contains(role.function())) {
                others.add(role.function());
            }
        }
        return load(BYTES, constants, programs, others, counters, records);
    }

    /** As the other, of any object file; {@code others} are the programs that are not loaded. */
    static FanObject load(
            byte[] object,
            ByteBuffer constants,
            List<String> programs,
            List<String> others,
            Optional<BpfMap> counters,
            Optional<BpfMap> records) {
        String operation = "load the eBPF programs " + String.join(" and ", programs);
        try {
            return tryToLoad(operation, object, constants, others, counters, records);
        } catch (ErrnoException refused) {
            // Once more, to hear why; without is quicker.
            Messages messages = new Messages();
            library().libbpf_set_print(messages);
            try {
                return tryToLoad(operation, object, constants, others, counters, records);
            } catch (ErrnoException again) {
                String words = messages.text();
                throw words.isEmpty() ? again : new VerifierException(operation, again.errno(), words);
            } finally {
                library().libbpf_set_print(null);
            }
        }
    }

    private static FanObject tryToLoad(
            String operation,
            byte[] file,
            ByteBuffer constants,
            List<String> others,
            Optional<BpfMap> counters,
            Optional<BpfMap> records) {
        LibBpf library = library();
        ByteBuffer name = Native.text("fan");
        ByteBuffer options =
                Native.buffer(OPTIONS_BYTES).putLong(0, OPTIONS_BYTES).putLong(8, Native.address(name));
        ByteBuffer bytes = Native.buffer(file.length).put(0, file);
        Pointer opened = library.bpf_object__open_mem(bytes, file.length, options);
        int error = (int) library.libbpf_get_error(opened);
        Reference.reachabilityFence(name);
        if (opened == null || error != 0) {
            throw Bpf.failure("open the object file of the eBPF programs", -error);
        }
        FanObject object = new FanObject(opened);
        try {
            object.prepare(library, constants, others, counters, records);
            int result = library.bpf_object__load(opened);
            if (result < 0) {
                throw Bpf.failure(operation, -result);
            }
            return object;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private void prepare(
            LibBpf library,
            ByteBuffer constants,
            List<String> others,
            Optional<BpfMap> counters,
            Optional<BpfMap> records) {
        for (String function : others) {
            check(library.bpf_program__set_autoload(program(function), false));
        }
        check(library.bpf_map__set_initial_value(map("fan.rodata"), constants, constants.capacity()));
        if (records.isPresent()) {
            check(library.bpf_map__reuse_fd(map("fan_monitor"), records.get().fd()));
        } else {
            check(library.bpf_map__set_max_entries(map("fan_monitor"), FEW_RECORDS));
        }
        if (counters.isPresent()) {
            check(library.bpf_map__reuse_fd(
                    map(FanPrograms.COUNTERS_NAME), counters.get().fd()));
        }
    }

    private static void check(int result) {
        if (result < 0) {
            throw Bpf.failure("prepare the eBPF programs", -result);
        }
    }

    private Pointer map(String name) {
        Pointer map = library().bpf_object__find_map_by_name(object, Native.text(name));
        if (map == null) {
            throw new IllegalStateException("the object file has no map " + name);
        }
        return map;
    }

    private Pointer program(String function) {
        Pointer program = library().bpf_object__find_program_by_name(object, Native.text(function));
        if (program == null) {
            throw new IllegalStateException("the object file has no program " + function);
        }
        return program;
    }

    /** A descriptor of a program, which is the caller's. */
    int programFd(String function) {
        return duplicate(library().bpf_program__fd(program(function)));
    }

    /** A descriptor of a map, which is the caller's. */
    int mapFd(String name) {
        return duplicate(library().bpf_map__fd(map(name)));
    }

    private static int duplicate(int fd) {
        return Native.check("duplicate a descriptor", Native.LIBC.fcntl(fd, F_DUPFD_CLOEXEC, null));
    }

    static synchronized LibBpf library() {
        LibBpf library = loaded;
        if (library == null) {
            library = load("libbpf.so.1", "libbpf.so.0");
            // It would write to standard error.
            library.libbpf_set_print(null);
            loaded = library;
        }
        return library;
    }

    private static LibBpf load(String... names) {
        UnsatisfiedLinkError last = null;
        for (String name : names) {
            try {
                return LibraryLoader.create(LibBpf.class).failImmediately().load(name);
            } catch (UnsatisfiedLinkError e) {
                last = e;
            }
        }
        throw new IllegalStateException(
                "libbpf.so.1 cannot be loaded; install the package libbpf1 (Debian, Ubuntu) or libbpf", last);
    }

    @Override
    public void close() {
        library().bpf_object__close(object);
    }

    /** libc's, for what the library says. Public because jnr-ffi needs it so. */
    public interface LibFormat {
        /** {@return how long the whole text is} */
        int vsnprintf(ByteBuffer text, long bytes, Pointer format, Pointer arguments);
    }

    /** What the library says while it is heard, the verifier's log among it. */
    private static final class Messages implements LibBpf.Print {
        private static final int LONGEST = 1 << 18;
        private static final int WARNING = 0;

        private final LibFormat libc = Native.load(LibFormat.class);
        private final StringBuilder said = new StringBuilder();

        @Override
        public int print(int level, Pointer format, Pointer arguments) {
            if (level == WARNING) {
                ByteBuffer text = Native.buffer(LONGEST);
                libc.vsnprintf(text, LONGEST, format, arguments);
                for (int i = 0; i < LONGEST && text.get(i) != 0; i++) {
                    said.append((char) (text.get(i) & 0xff));
                }
            }
            return 0;
        }

        private String text() {
            return said.toString().strip();
        }
    }
}
