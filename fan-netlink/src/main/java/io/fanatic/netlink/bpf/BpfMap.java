package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A per-CPU array of 64-bit numbers (BPF_MAP_TYPE_PERCPU_ARRAY), or a set of keys that end with a device each
 * (BPF_MAP_TYPE_DEVMAP_HASH), held by a descriptor. A map lives as long as a program uses it or a descriptor is open.
 */
public final class BpfMap extends BpfObject {

    private static final int PERCPU_ARRAY = 6;
    private static final int DEVMAP_HASH = 25;
    private static final int RINGBUF = 27;
    private static final int INFO_BYTES = 96;
    private static final Path POSSIBLE_CPUS = Path.of("/sys/devices/system/cpu/possible");

    private BpfMap(int fd) {
        super("map", fd);
    }

    /**
     * Makes a new map with all values zero.
     *
     * @param name at most 15 of A-Z, a-z, 0-9, underscore and dot
     * @param entries how many numbers, at least 1
     * @throws ErrnoException when the kernel refuses
     */
    public static BpfMap createPerCpuArray(String name, int entries) {
        return create(name, PERCPU_ARRAY, Long.BYTES, entries);
    }

    /** Makes a new map from 32-bit keys to devices; a key goes with its device (Linux 5.4). */
    static BpfMap createDeviceHash(String name, int entries) {
        return create(name, DEVMAP_HASH, Integer.BYTES, entries);
    }

    /** Makes a new ring buffer for records (Linux 5.8); its size is a power of two, in pages. */
    static BpfMap createRingBuffer(String name, int bytes) {
        ByteBuffer attributes = Bpf.attributes().putInt(0, RINGBUF).putInt(12, bytes);
        Bpf.putName(attributes, 28, name);
        return new BpfMap(Bpf.call("create the eBPF ring buffer " + name, Bpf.MAP_CREATE, attributes));
    }

    private static BpfMap create(String name, int type, int valueBytes, int entries) {
        ByteBuffer attributes = Bpf.attributes();
        attributes
                .putInt(0, type)
                .putInt(4, Integer.BYTES)
                .putInt(8, valueBytes)
                .putInt(12, entries);
        Bpf.putName(attributes, 28, name);
        return new BpfMap(Bpf.call("create the eBPF map " + name, Bpf.MAP_CREATE, attributes));
    }

    /**
     * Opens a map that is already in the kernel.
     *
     * @throws ErrnoException ENOENT when there is none with this number; EPERM without CAP_SYS_ADMIN
     */
    public static BpfMap byId(int id) {
        return new BpfMap(Bpf.open("open the eBPF map with id " + id, Bpf.MAP_GET_FD_BY_ID, id));
    }

    /**
     * Opens a map that {@link #pin} gave a name.
     *
     * @throws ErrnoException ENOENT when nothing has this name, EACCES when its mode does not allow it
     */
    public static BpfMap pinned(Path path) {
        return new BpfMap(Bpf.atPath("open the eBPF map " + path, Bpf.OBJ_GET, path, 0));
    }

    /**
     * Gives the map a name in a bpf file system, mode 0600; it then lives as long as the name, which {@link Files#delete} takes away.
     *
     * @throws ErrnoException EEXIST when the name is taken, EPERM outside a bpf file system
     */
    public void pin(Path path) {
        Bpf.atPath("pin an eBPF map to " + path, Bpf.OBJ_PIN, path, fd());
    }

    /** What the kernel says about the map. */
    public Info info() {
        ByteBuffer info = Native.buffer(INFO_BYTES);
        Bpf.info("ask about an eBPF map", fd(), info);
        return new Info(
                info.getInt(4), Bpf.name(info, 24), info.getInt(0), info.getInt(8), info.getInt(12), info.getInt(16));
    }

    /**
     * One number, summed over all CPUs.
     *
     * @param index 0 to the number of entries less one
     * @throws ErrnoException ENOENT beyond the last entry
     */
    public long sum(int index) {
        int cpus = possibleCpus();
        ByteBuffer key = Native.buffer(Integer.BYTES).putInt(0, index);
        ByteBuffer values = Native.buffer(Long.BYTES * cpus);
        lookup(key, values);
        return sum(values, cpus);
    }

    /** The first {@code entries} numbers, each summed over all CPUs. */
    public long[] sums(int entries) {
        int cpus = possibleCpus();
        ByteBuffer key = Native.buffer(Integer.BYTES);
        ByteBuffer values = Native.buffer(Long.BYTES * cpus);
        long[] sums = new long[entries];
        for (int i = 0; i < entries; i++) {
            lookup(key.putInt(0, i), values);
            sums[i] = sum(values, cpus);
        }
        return sums;
    }

    /**
     * The largest of one number's values on all CPUs.
     *
     * @param index 0 to the number of entries less one
     * @throws ErrnoException ENOENT beyond the last entry
     */
    public long largest(int index) {
        int cpus = possibleCpus();
        ByteBuffer values = Native.buffer(Long.BYTES * cpus);
        lookup(Native.buffer(Integer.BYTES).putInt(0, index), values);
        long largest = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            largest = Math.max(largest, values.getLong(Long.BYTES * cpu));
        }
        return largest;
    }

    /**
     * Sets one number to zero on all CPUs.
     *
     * @param index 0 to the number of entries less one
     * @throws ErrnoException E2BIG beyond the last entry
     */
    public void clear(int index) {
        set(index, 0);
    }

    /**
     * Sets one number on all CPUs.
     *
     * @param index 0 to the number of entries less one
     * @throws ErrnoException E2BIG beyond the last entry
     */
    void set(int index, long value) {
        int cpus = possibleCpus();
        ByteBuffer key = Native.buffer(Integer.BYTES).putInt(0, index);
        ByteBuffer values = Native.buffer(Long.BYTES * cpus);
        for (int cpu = 0; cpu < cpus; cpu++) {
            values.putLong(Long.BYTES * cpu, value);
        }
        access("set an eBPF map", Bpf.MAP_UPDATE_ELEM, key, values);
    }

    /** Gives a key of a map of devices one of the calling thread's namespace, by its index. */
    void put(int key, int device) {
        access("set an eBPF map", Bpf.MAP_UPDATE_ELEM, key(key), key(device));
    }

    /** Whether a map of devices has the key. */
    boolean contains(int key) {
        return tryAccess("read an eBPF map", Bpf.MAP_LOOKUP_ELEM, key(key), key(0));
    }

    /** Takes a key out of a map of devices; it need not be there. */
    void remove(int key) {
        tryAccess("change an eBPF map", Bpf.MAP_DELETE_ELEM, key(key), key(0));
    }

    /** Whether a map of devices has no key. */
    boolean isEmpty() {
        ByteBuffer first = key(0);
        ByteBuffer attributes = Bpf.attributes().putInt(0, fd()).putLong(16, Native.address(first));
        return !found("read an eBPF map", Bpf.tryCall(Bpf.MAP_GET_NEXT_KEY, attributes, first));
    }

    private static ByteBuffer key(int key) {
        return Native.buffer(Integer.BYTES).putInt(0, key);
    }

    private boolean tryAccess(String operation, int command, ByteBuffer key, ByteBuffer value) {
        ByteBuffer attributes = Bpf.attributes();
        attributes.putInt(0, fd()).putLong(8, Native.address(key));
        if (command == Bpf.MAP_LOOKUP_ELEM) {
            attributes.putLong(16, Native.address(value));
        }
        return found(operation, Bpf.tryCall(command, attributes, key, value));
    }

    private static boolean found(String operation, int result) {
        if (result < 0 && result != -Errno.ENOENT) {
            throw Bpf.failure(operation, -result);
        }
        return result >= 0;
    }

    private void lookup(ByteBuffer key, ByteBuffer values) {
        access("read an eBPF map", Bpf.MAP_LOOKUP_ELEM, key, values);
    }

    private void access(String operation, int command, ByteBuffer key, ByteBuffer values) {
        ByteBuffer attributes = Bpf.attributes();
        attributes.putInt(0, fd()).putLong(8, Native.address(key)).putLong(16, Native.address(values));
        Bpf.call(operation, command, attributes, key, values);
    }

    private static long sum(ByteBuffer values, int cpus) {
        long sum = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            sum += values.getLong(Long.BYTES * cpu);
        }
        return sum;
    }

    /** The kernel copies one value for every CPU that could ever be plugged in, not only for those that run. */
    private static int possibleCpus() {
        try {
            return countCpus(Files.readString(POSSIBLE_CPUS));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + POSSIBLE_CPUS, e);
        }
    }

    /** Reads the kernel's list format, {@code 0-3} or {@code 0,2-5}, and counts its members. */
    static int countCpus(String list) {
        int count = 0;
        for (String part : list.strip().split(",", -1)) {
            int dash = part.indexOf('-');
            count += dash < 0
                    ? 1
                    : Integer.parseInt(part.substring(dash + 1)) - Integer.parseInt(part.substring(0, dash)) + 1;
        }
        return count;
    }

    /**
     * What the kernel says about a map.
     *
     * @param id its number, unique while it lives
     * @param name as given when made
     * @param type {@code enum bpf_map_type}, 6 for a per-CPU array
     * @param keySize in bytes
     * @param valueSize in bytes, on one CPU
     * @param entries how many it has room for
     */
    public record Info(int id, String name, int type, int keySize, int valueSize, int entries) {

        /** Whether it is what {@link #createPerCpuArray} makes, with at least this many entries. */
        boolean isPerCpuArray(int atLeast) {
            return type == PERCPU_ARRAY && keySize == Integer.BYTES && valueSize == Long.BYTES && entries >= atLeast;
        }
    }
}
