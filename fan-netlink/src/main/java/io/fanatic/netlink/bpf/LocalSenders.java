package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R6;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who of a host may send to a tunnel's UDP port: root alone. Programs at the root of cgroup v2 see each connect and sendmsg of a process,
 * and nothing that the kernel's tunnel sends. All network namespaces of the machine share the three programs of a port, which ask a map
 * whether the sender's namespace has a fan there:
 *
 * <pre>{@code
 *   int program(struct bpf_sock_addr *ctx) {
 *       __u32 namespace;
 *       if (ctx->user_port != bpf_htons(PORT) || ctx->protocol != IPPROTO_UDP) return ALLOW;
 *       if (V6 && !v4_mapped(ctx->user_ip6)) return ALLOW;
 *       if ((__u32) bpf_get_current_uid_gid() == 0) return ALLOW;
 *       namespace = bpf_get_netns_cookie(ctx);
 *       return bpf_map_lookup_elem(&namespaces, &namespace) ? REFUSE : ALLOW;
 *   }
 * }</pre>
 *
 * <p>The map is one of devices (BPF_MAP_TYPE_DEVMAP_HASH), each namespace's value its loopback device, because the kernel takes a device
 * out of such a map when it ends. So of a namespace that is deleted with a fan in it nothing stays, although nobody could tell by its
 * cookie that it is gone. Its programs go with the next change here, as do those of the last fan. The key has the 32 bits that such a map
 * allows; the kernel counts cookies from 1.
 *
 * <p>The programs are known by their name and by that of their map, which takes CAP_SYS_ADMIN, and are attached beside those of others
 * (BPF_F_ALLOW_MULTI). There is no lock: whoever finds no programs makes some, and two sets of a port do no harm.
 */
public final class LocalSenders implements AutoCloseable {
    private static final String NAME = "fan_port_";
    private static final int ALLOW_MULTI = 1 << 1;
    private static final int MAX_PROGRAMS = 64; // BPF_CGROUP_MAX_PROGS, in each of which a name is looked for
    private static final int MAX_NAMESPACES = 16384;
    private static final int LOOPBACK = 1;
    private static final int O_CLOEXEC = 02000000;
    private static final int ALLOW = 1;
    private static final int REFUSE = 0;

    private static final int USER_IP6 = 8; // struct bpf_sock_addr
    private static final int USER_PORT = 24;
    private static final int PROTOCOL = 36;

    /** By sendmsg over IPv6 no packet of IPv4 leaves: the kernel treats such an address as one of IPv4 before it asks. */
    private enum Hook {
        CONNECT4(10),
        CONNECT6(11),
        SENDMSG4(14);

        private final int attachType;

        Hook(int attachType) {
            this.attachType = attachType;
        }
    }

    private final int root;
    private final int namespace;

    private LocalSenders(int root, int namespace) {
        this.root = root;
        this.namespace = namespace;
    }

    /**
     * Those of one network namespace, that of the calling thread.
     *
     * @param cookie the namespace's
     * @throws ErrnoException ENOENT where the root of cgroup v2 is not to be seen
     */
    public static LocalSenders of(long cookie) {
        String directory = directory()
                .orElseThrow(() -> new ErrnoException(
                        "find the root of cgroup v2 (in a container: --cgroupns=host --pid=host)", Errno.ENOENT));
        int root = Native.check("open " + directory, Native.open(directory, O_CLOEXEC));
        return new LocalSenders(root, (int) cookie);
    }

    /** As this process sees it, or the first one: {@code ip netns exec} hides it. */
    static Optional<String> directory() {
        for (String process : List.of("thread-self", "1")) {
            try {
                for (String line : Files.readAllLines(Path.of("/proc", process, "mountinfo"))) {
                    if (line.contains(" - cgroup2 ")) {
                        // 41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw
                        String[] words = line.split(" ", 6);
                        String directory = "/proc/" + process + "/root" + words[4];
                        // A container's root of cgroups is somewhere below, and has a type.
                        if (words[3].equals("/") && Files.notExists(Path.of(directory, "cgroup.type"))) {
                            return Optional.of(directory);
                        }
                    }
                }
            } catch (IOException unseen) {
                continue;
            }
        }
        return Optional.empty();
    }

    /**
     * Tries what is needed, and changes nothing.
     *
     * @throws ErrnoException EPERM when the caller may not, others when the kernel cannot
     */
    public void probe() {
        for (Hook hook : Hook.values()) {
            Attached there = query(hook);
            if (!there.ids().isEmpty() && (there.flags() & ALLOW_MULTI) == 0) {
                throw new ErrnoException("attach beside the program that is at the root of cgroup v2", Errno.EBUSY);
            }
        }
        try (BpfMap map = BpfMap.createDeviceHash("fan_probe", 1);
                BpfProgram program = load(Hook.CONNECT6, "fan_probe", 1, map);
                BpfProgram again = BpfProgram.byId(program.info().id())) {
            map.put(namespace, LOOPBACK);
            again.info();
        }
    }

    /** The ports to which only root sends from this namespace; empty also where the caller may not look. */
    public Set<Integer> ports() {
        Set<Integer> ports = new TreeSet<>();
        try {
            for (Program first : programs(Hook.CONNECT4)) {
                if (withMap(first.map(), map -> map.contains(namespace))
                        && hooks(first.map()).size() == Hook.values().length) {
                    ports.add(first.port());
                }
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
        }
        return ports;
    }

    /** Lets only root send to a port from this namespace. */
    public void restrict(int port) {
        // The map before the programs: those of an empty one may be taken for left behind.
        for (Hook hook : Hook.values()) {
            for (Program program : programs(hook)) {
                if (program.port() == port && withMap(program.map(), map -> join(port, map))) {
                    sweep();
                    return;
                }
            }
        }
        try (BpfMap map = BpfMap.createDeviceHash(NAME + port, MAX_NAMESPACES)) {
            join(port, map);
        }
        sweep();
    }

    private boolean join(int port, BpfMap map) {
        map.put(namespace, LOOPBACK);
        complete(port, map);
        return true;
    }

    /** Lets everybody send to a port again. */
    public void allow(int port) {
        for (Hook hook : Hook.values()) {
            for (Program program : programs(hook)) {
                if (program.port() == port) {
                    withMap(program.map(), map -> {
                        map.remove(namespace);
                        return true;
                    });
                }
            }
        }
        sweep();
    }

    /** Takes away the programs that no namespace needs any more. */
    private void sweep() {
        for (Hook hook : Hook.values()) {
            for (Program program : programs(hook)) {
                withMap(program.map(), map -> {
                    if (map.isEmpty()) {
                        try (BpfProgram attached = BpfProgram.byId(program.id())) {
                            detach(hook, attached);
                        }
                        if (!map.isEmpty()) {
                            // Somebody has come meanwhile.
                            complete(program.port(), map);
                        }
                    }
                    return true;
                });
            }
        }
    }

    /** What is found out with a map; false when it has gone meanwhile, or its program, as fans of other namespaces are taken down. */
    private static boolean withMap(int mapId, Predicate<BpfMap> work) {
        try (BpfMap map = BpfMap.byId(mapId)) {
            return work.test(map);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            return false;
        }
    }

    private Set<Hook> hooks(int mapId) {
        Set<Hook> hooks = new TreeSet<>();
        for (Hook hook : Hook.values()) {
            for (Program program : programs(hook)) {
                if (program.map() == mapId) {
                    hooks.add(hook);
                }
            }
        }
        return hooks;
    }

    /** Attaches those of a port's programs that are missing. */
    private void complete(int port, BpfMap map) {
        Set<Hook> there = hooks(map.info().id());
        for (Hook hook : Hook.values()) {
            if (!there.contains(hook)) {
                try (BpfProgram program = load(hook, NAME + port, port, map)) {
                    Bpf.call(
                            "attach an eBPF program to the root of cgroup v2",
                            Bpf.PROG_ATTACH,
                            target(hook, program).putInt(12, ALLOW_MULTI));
                }
            }
        }
    }

    private void detach(Hook hook, BpfProgram program) {
        int result = Bpf.tryCall(Bpf.PROG_DETACH, target(hook, program));
        if (result < 0 && result != -Errno.ENOENT) {
            throw Bpf.failure("detach an eBPF program from the root of cgroup v2", -result);
        }
    }

    private ByteBuffer target(Hook hook, BpfProgram program) {
        return Bpf.attributes().putInt(0, root).putInt(4, program.fd()).putInt(8, hook.attachType);
    }

    /** One of ours. */
    private record Program(int id, int port, int map) {}

    private List<Program> programs(Hook hook) {
        List<Program> programs = new ArrayList<>();
        for (int id : query(hook).ids()) {
            try (BpfProgram program = BpfProgram.byId(id)) {
                BpfProgram.Info info = program.info();
                if (info.name().startsWith(NAME) && info.mapIds().size() == 1) {
                    int mapId = info.mapIds().get(0);
                    try (BpfMap map = BpfMap.byId(mapId)) {
                        if (map.info().name().equals(info.name())) {
                            int port = Integer.parseInt(info.name().substring(NAME.length()));
                            programs.add(new Program(id, port, mapId));
                        }
                    }
                }
            } catch (ErrnoException e) {
                // Somebody has taken it away meanwhile.
                if (e.errno() != Errno.ENOENT) {
                    throw e;
                }
            } catch (NumberFormatException somebodyElses) {
                continue;
            }
        }
        return programs;
    }

    private record Attached(List<Integer> ids, int flags) {}

    private Attached query(Hook hook) {
        ByteBuffer ids = Native.buffer(4 * MAX_PROGRAMS);
        ByteBuffer attributes = Bpf.attributes();
        attributes
                .putInt(0, root)
                .putInt(4, hook.attachType)
                .putLong(16, Native.address(ids))
                .putInt(24, MAX_PROGRAMS);
        Bpf.call("ask for the eBPF programs at the root of cgroup v2", Bpf.PROG_QUERY, attributes, ids);
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < Math.min(attributes.getInt(24), MAX_PROGRAMS); i++) {
            list.add(ids.getInt(4 * i));
        }
        return new Attached(list, attributes.getInt(12));
    }

    private static BpfProgram load(Hook hook, String name, int port, BpfMap namespaces) {
        Assembler program = new Assembler(ByteOrder.nativeOrder());
        program.add(Alu.MOV.reg(R6, R1))
                .add(Width.WORD.load(R2, R6, USER_PORT), Jump.NE.imm(R2, program.network16(port), "allow"))
                .add(Width.WORD.load(R2, R6, PROTOCOL), Jump.NE.imm(R2, OuterHeaders.IPPROTO_UDP, "allow"));
        if (hook == Hook.CONNECT6) {
            // ::ffff:10.0.0.2 is 10.0.0.2.
            program.add(Width.WORD.load(R2, R6, USER_IP6), Jump.NE.imm(R2, 0, "allow"))
                    .add(Width.WORD.load(R2, R6, USER_IP6 + 4), Jump.NE.imm(R2, 0, "allow"))
                    .add(Width.WORD.load(R2, R6, USER_IP6 + 8), Jump.NE.imm32(R2, program.network32(0xffff), "allow"));
        }
        program.add(Helper.GET_CURRENT_UID_GID.call(), Jump.EQ.imm32(R0, 0, "allow"))
                .add(Alu.MOV.reg(R1, R6), Helper.GET_NETNS_COOKIE.call())
                .add(Width.WORD.store(R10, -4, R0), Instruction.mapFd(R1, namespaces.fd()))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, -4), Helper.MAP_LOOKUP_ELEM.call())
                .add(Jump.EQ.imm(R0, 0, "allow"))
                .add(Alu.MOV.imm(R0, REFUSE), Instruction.exit())
                .label("allow")
                .add(Alu.MOV.imm(R0, ALLOW), Instruction.exit());
        return BpfProgram.loadForCgroup(name, program.bytes(), hook.attachType);
    }

    @Override
    public void close() {
        Native.LIBC.close(root);
    }
}
