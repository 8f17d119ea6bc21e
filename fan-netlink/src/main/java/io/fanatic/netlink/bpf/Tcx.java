package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The tcx hooks of a device (kernel 6.6 and later): an ordered list of programs each way, run before any tc filter. Attaching by
 * BPF_PROG_ATTACH needs no pinned link and outlives the process. Devices are those of the calling thread's network namespace.
 */
public final class Tcx {

    /** One of a device's two lists. */
    public enum Hook {
        /** What the device received. */
        INGRESS(46),
        /** What it is about to send. */
        EGRESS(47);

        private final int attachType;

        Hook(int attachType) {
            this.attachType = attachType;
        }
    }

    private static final int REPLACE = 1 << 2;
    private static final int BEFORE = 1 << 3;
    private static final int AFTER = 1 << 4;
    private static final int ID = 1 << 5;
    private static final int MAX_PROGRAMS = 64; // BPF_MPROG_MAX
    private static final int LOOPBACK = 1;

    private Tcx() {}

    /** Whether the kernel has the hooks: found out by asking for the list of the loopback device, which every namespace has. */
    public static boolean isSupported() {
        int result = tryQuery(LOOPBACK, Hook.INGRESS, Bpf.attributes(), Native.buffer(4 * MAX_PROGRAMS));
        if (result == -Errno.EPERM) {
            throw Bpf.failure("ask for the programs of a device", Errno.EPERM);
        }
        return result >= 0;
    }

    /**
     * Attaches a program in front of those that are there.
     *
     * @throws ErrnoException EEXIST when this very program is there already, ENODEV without the device
     */
    public static void attach(int interfaceIndex, Hook hook, BpfProgram program) {
        ByteBuffer attributes = target(interfaceIndex, program, hook).putInt(12, BEFORE);
        Bpf.call("attach an eBPF program to the " + describe(interfaceIndex, hook), Bpf.PROG_ATTACH, attributes);
    }

    /**
     * Attaches a program in the place of others, or in front of those that are there.
     *
     * @param earlier numbers of programs that are to go; they need not be there
     * @throws ErrnoException when the kernel refuses; the earlier ones may be there still
     */
    public static void attach(int interfaceIndex, Hook hook, BpfProgram program, Set<Integer> earlier) {
        int id = program.info().id();
        List<Integer> there = query(interfaceIndex, hook);
        // The kernel would not replace a program by itself.
        boolean attached = there.contains(id);
        for (int old : there) {
            if (old != id && earlier.contains(old)) {
                if (attached) {
                    detach(interfaceIndex, hook, old);
                } else {
                    replace(interfaceIndex, hook, old, program);
                    attached = true;
                }
            }
        }
        if (!attached) {
            attach(interfaceIndex, hook, program);
        }
    }

    /**
     * Puts a program in another one's place. With CAP_SYS_ADMIN, which opening the old one takes, every frame meets one of the two; without,
     * some may meet both.
     *
     * @param old the old one's number
     * @throws ErrnoException ENOENT when the old program is not there
     */
    public static void replace(int interfaceIndex, Hook hook, int old, BpfProgram program) {
        String operation = "replace the eBPF program of the " + describe(interfaceIndex, hook);
        ByteBuffer attributes = target(interfaceIndex, program, hook);
        try (BpfProgram opened = BpfProgram.byId(old)) {
            attributes.putInt(12, REPLACE).putInt(16, opened.fd());
            Bpf.call(operation, Bpf.PROG_ATTACH, attributes);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            Bpf.call(
                    operation,
                    Bpf.PROG_ATTACH,
                    attributes.putInt(12, BEFORE | ID).putInt(20, old));
            detach(interfaceIndex, hook, old);
        }
    }

    /**
     * Attaches a program right in front of another one, by a link: it is detached with the last descriptor of the link, such as when this
     * process ends.
     *
     * @param others numbers of programs; in front of the first of them that is there, or of all that are there
     * @return the descriptor
     * @throws ErrnoException ENODEV without the device, EINVAL on a kernel without tcx
     */
    static int link(int interfaceIndex, Hook hook, BpfProgram program, Set<Integer> others) {
        ByteBuffer attributes = Bpf.attributes()
                .putInt(0, program.fd())
                .putInt(4, interfaceIndex)
                .putInt(8, hook.attachType)
                .putInt(12, BEFORE);
        for (int id : query(interfaceIndex, hook)) {
            if (others.contains(id)) {
                attributes.putInt(12, BEFORE | ID).putInt(16, id);
                break;
            }
        }
        return Bpf.call("attach an eBPF program to the " + describe(interfaceIndex, hook), Bpf.LINK_CREATE, attributes);
    }

    /**
     * Takes one program away and leaves the others. By its place in the list, since to open it would take CAP_SYS_ADMIN; the kernel
     * refuses when the list has changed in between, and then it is read again.
     *
     * @param id the program's number; when it is not there, nothing happens
     * @throws ErrnoException ENODEV without the device
     */
    public static void detach(int interfaceIndex, Hook hook, int id) {
        String operation = "detach an eBPF program from the " + describe(interfaceIndex, hook);
        while (true) {
            Programs now = list(interfaceIndex, hook);
            int place = now.ids().indexOf(id);
            if (place < 0) {
                return;
            }
            ByteBuffer attributes = Bpf.attributes()
                    .putInt(0, interfaceIndex)
                    .putInt(8, hook.attachType)
                    .putLong(24, now.revision());
            if (place == 0) {
                attributes.putInt(12, BEFORE);
            } else {
                attributes.putInt(12, AFTER | ID).putInt(20, now.ids().get(place - 1));
            }
            int result = Bpf.tryCall(Bpf.PROG_DETACH, attributes);
            if (result >= 0) {
                return;
            } else if (result != -Errno.ESTALE) {
                throw Bpf.failure(operation, -result);
            }
        }
    }

    /**
     * The numbers of the attached programs in the order in which they run; empty when there are none.
     *
     * @throws ErrnoException ENODEV without the device, EINVAL on a kernel without tcx
     */
    public static List<Integer> query(int interfaceIndex, Hook hook) {
        return list(interfaceIndex, hook).ids();
    }

    /** @param revision goes up with every change of the list */
    private record Programs(List<Integer> ids, long revision) {}

    private static Programs list(int interfaceIndex, Hook hook) {
        ByteBuffer ids = Native.buffer(4 * MAX_PROGRAMS);
        ByteBuffer attributes = Bpf.attributes();
        int result = tryQuery(interfaceIndex, hook, attributes, ids);
        if (result < 0) {
            throw Bpf.failure("ask for the eBPF programs of the " + describe(interfaceIndex, hook), -result);
        }
        int count = Math.min(attributes.getInt(24), MAX_PROGRAMS);
        List<Integer> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(ids.getInt(4 * i));
        }
        return new Programs(list, attributes.getLong(56));
    }

    private static int tryQuery(int interfaceIndex, Hook hook, ByteBuffer attributes, ByteBuffer ids) {
        attributes
                .putInt(0, interfaceIndex)
                .putInt(4, hook.attachType)
                .putLong(16, Native.address(ids))
                .putInt(24, MAX_PROGRAMS);
        int result = Bpf.tryCall(Bpf.PROG_QUERY, attributes, ids);
        if (result == -Errno.ENOENT) { // never had a program
            attributes.putInt(24, 0);
            return 0;
        }
        return result;
    }

    private static ByteBuffer target(int interfaceIndex, BpfProgram program, Hook hook) {
        return Bpf.attributes()
                .putInt(0, interfaceIndex)
                .putInt(4, program.fd())
                .putInt(8, hook.attachType);
    }

    private static String describe(int interfaceIndex, Hook hook) {
        return (hook == Hook.INGRESS ? "ingress" : "egress") + " of device " + interfaceIndex;
    }
}
