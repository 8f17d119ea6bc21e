package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * What the running kernel can do, found out by doing it: distributions move features between versions, so that a version number proves
 * nothing.
 *
 * @param tunnelLocalAddress whether the tunnel key carries a local address (upstream 6.0), see
 *     {@link FanProgramSpec#setsLocalAddress}
 * @param tcx whether devices have the tcx hooks (upstream 6.6); without them attach through a clsact filter
 */
public record BpfFeatures(boolean tunnelLocalAddress, boolean tcx) {
    private static final int LOOPBACK = 1;

    /** On a machine that does much else, a run may come too late after what vouches for it. */
    private static final int TRIES = 5;

    /** Any. */
    private static final int SOURCE_PORT = 40_000;

    /**
     * Tries everything; takes well below a millisecond.
     *
     * @throws ErrnoException EPERM when the caller may not use eBPF, ENOSYS when the kernel has none
     */
    public static BpfFeatures probe() {
        return new BpfFeatures(setsTunnelKey(TunnelKey.SIZE, 0), Tcx.isSupported());
    }

    /**
     * Whether a tunnel key may ask for no checksum in the outer UDP header (upstream 4.5): encap does.
     *
     * @throws ErrnoException as {@link #probe}
     */
    public static boolean zeroChecksum() {
        return setsTunnelKey(TunnelKey.SIZE_WITHOUT_LOCAL, TunnelKey.ZERO_CHECKSUM);
    }

    /**
     * Whether programs can write and remove the outer headers of VXLAN, ask for a device's MTU and send by the neighbour table (upstream
     * 5.13): a program that does all of it is run, over a frame that goes nowhere.
     *
     * @throws ErrnoException EPERM when the caller may not use eBPF
     */
    public static boolean fastPath() {
        FanMapping mapping = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
        Ipv4Address here = Ipv4Address.parse("10.0.0.1");
        Ipv4Address there = Ipv4Address.parse("10.0.0.2");
        FanProgramSpec fan = new FanProgramSpec(mapping, 1, List.of(here), false);
        FastProgramSpec fast = new FastProgramSpec(fan, TunnelType.DEFAULT_VXLAN_PORT, LOOPBACK, SourcePorts.DEFAULT);
        ProgramSpec card =
                new CardProgramSpec(fan, TunnelType.DEFAULT_VXLAN_PORT, new MacAddress(2), false).keptBy(LOOPBACK, 0);
        byte[] away = frame(mapping, here, there, 0);
        byte[] back = frame(mapping, there, here, OuterHeaders.BYTES);
        try (FanPrograms sending = FanPrograms.load(fast);
                FanPrograms receiving = FanPrograms.load(card);
                BpfProgram clock = PathWitness.clock()) {
            int port = SourcePorts.DEFAULT.of(hash(away));
            for (int i = 0; i < TRIES; i++) {
                int now = clock.run(away).result();
                PathWitness.vouch(sending.counters(), there, port, PathWitness.SENT, now);
                PathWitness.vouch(receiving.counters(), there, SOURCE_PORT, PathWitness.RECEIVED, now);
                int sent = sending.get(Role.ENCAP).run(away).result();
                int received = receiving.get(Role.CARD_GUARD).run(back).result();
                if (sent == FanEmitter.REDIRECT && received == FanEmitter.REDIRECT) {
                    return true;
                }
            }
            return false;
        } catch (VerifierException lacking) {
            return false;
        }
    }

    /**
     * Whether programs can send by the neighbour table and ask it for an Ethernet address (upstream 5.12): programs that do are run, over a
     * frame that goes nowhere.
     *
     * @throws ErrnoException EPERM when the caller may not use eBPF
     */
    public static boolean direct() {
        FanMapping mapping = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
        Ipv4Address here = Ipv4Address.parse("10.0.0.1");
        Ipv4Address there = Ipv4Address.parse("10.0.0.2");
        FanProgramSpec fan = new FanProgramSpec(mapping, 1, List.of(here), false);
        List<Ipv4Prefix> onLink = List.of(mapping.underlay());
        DirectGuardSpec guard = new DirectGuardSpec(
                fan, LOOPBACK, onLink, List.of(mapping.slice(here)), true, new MacAddress(2), LOOPBACK);
        try (FanPrograms sending = FanPrograms.load(new DirectProgramSpec(fan, LOOPBACK, onLink, Optional.empty()));
                FanPrograms receiving = FanPrograms.load(guard)) {
            int sent =
                    sending.get(Role.ENCAP).run(frame(mapping, here, there, 0)).result();
            int received = receiving
                    .get(Role.DIRECT_GUARD)
                    .run(frame(mapping, there, here, 0))
                    .result();
            // The loopback device has no neighbours.
            return sent == FanEmitter.REDIRECT && received == FanEmitter.DROP;
        } catch (VerifierException lacking) {
            return false;
        }
    }

    /** The kernel's hash of a frame's flow. */
    static int hash(byte[] frame) {
        Assembler program =
                new Assembler(ByteOrder.nativeOrder()).add(Helper.GET_HASH_RECALC.call(), Instruction.exit());
        try (BpfProgram probe = BpfProgram.load("fan_probe", program.bytes())) {
            return probe.run(frame).result();
        }
    }

    /** A frame from a container of one host to one of another, in this many bytes of outer headers. */
    private static byte[] frame(FanMapping mapping, Ipv4Address from, Ipv4Address to, int outer) {
        ByteBuffer frame = ByteBuffer.allocate(outer + 14 + 20 + 8);
        if (outer > 0) {
            ipv4(frame, 0, from.bits(), to.bits());
            frame.putShort(34, (short) SOURCE_PORT);
            frame.putShort(36, (short) TunnelType.DEFAULT_VXLAN_PORT).putShort(38, (short) (frame.capacity() - 34));
            frame.putInt(42, OuterHeaders.FLAG_VNI).putInt(46, 1 << 8);
        }
        ipv4(
                frame,
                outer,
                mapping.slice(from).hostAddress().bits(),
                mapping.slice(to).hostAddress().bits());
        return frame.array();
    }

    private static void ipv4(ByteBuffer frame, int at, int source, int destination) {
        frame.putShort(at + 10, (short) 1).putShort(at + 12, (short) FanEmitter.ETH_P_IP);
        int length = frame.capacity() - at - 14;
        frame.putShort(at + 14, (short) 0x4500).putShort(at + 16, (short) length);
        frame.putShort(at + 22, (short) (64 << 8 | OuterHeaders.IPPROTO_UDP));
        frame.putInt(at + 26, source).putInt(at + 30, destination);
        int sum = 0;
        for (int half = at + 14; half < at + 34; half += 2) {
            sum += frame.getShort(half) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        frame.putShort(at + 24, (short) ~((sum & 0xffff) + (sum >>> 16)));
    }

    /** Sets a tunnel key on a frame that goes nowhere. */
    private static boolean setsTunnelKey(int size, int flags) {
        int key = -TunnelKey.SIZE - 4;
        Assembler program = new Assembler(ByteOrder.nativeOrder());
        for (int offset = key; offset < 0; offset += 8) {
            program.add(Width.DWORD.storeImm(R10, offset, 0));
        }
        program.add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, key))
                .add(Alu.MOV.imm(R3, size), Alu.MOV.imm(R4, flags))
                .add(Helper.SKB_SET_TUNNEL_KEY.call(), Instruction.exit());
        try (BpfProgram probe = BpfProgram.load("fan_probe", program.bytes())) {
            return probe.run(new byte[64]).result() == 0;
        }
    }
}
