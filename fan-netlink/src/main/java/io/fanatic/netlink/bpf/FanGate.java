package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteOrder;

/** The program on a fan's bridge, loaded, with counters of its own: the bridge outlives a tunnel that is made again. */
public final class FanGate implements AutoCloseable {
    static final String PREFIX = "gate_";

    private final BpfMap counters;
    private final BpfProgram gate;

    private FanGate(BpfMap counters, BpfProgram gate) {
        this.counters = counters;
        this.gate = gate;
    }

    /** The name that the program of this specification has on this CPU: {@code gate_} and 8 hexadecimal digits of fingerprint. */
    public static String name(FanProgramSpec spec) {
        return name(GateProgram.emit(spec, 0, ByteOrder.nativeOrder()));
    }

    private static String name(Assembler program) {
        return PREFIX + FanPrograms.fingerprint(program);
    }

    /**
     * Loads the program with new counters.
     *
     * @throws VerifierException when the verifier refuses
     * @throws ErrnoException when the kernel refuses for another reason
     */
    public static FanGate load(FanProgramSpec spec) {
        return loadWith(spec, FanPrograms.newCounters());
    }

    /**
     * As {@link FanPrograms#load(FanProgramSpec, BpfMap)}.
     *
     * @param existing the counters of the program that is to be replaced; closed with this one
     */
    public static FanGate load(FanProgramSpec spec, BpfMap existing) {
        return loadWith(spec, FanPrograms.usable(existing));
    }

    private static FanGate loadWith(FanProgramSpec spec, BpfMap counters) {
        try {
            Assembler code = GateProgram.emit(spec, counters.fd(), ByteOrder.nativeOrder());
            return new FanGate(counters, BpfProgram.load(name(code), code.bytes()));
        } catch (RuntimeException e) {
            counters.close();
            throw e;
        }
    }

    /** The map that it counts in. */
    public BpfMap counters() {
        return counters;
    }

    public BpfProgram program() {
        return gate;
    }

    /**
     * Attaches the program to a bridge through tcx, or puts it in the place of ours; see {@link FanPrograms#attach}.
     *
     * @param interfaceIndex of the bridge, in the calling thread's network namespace
     */
    public void attach(int interfaceIndex) {
        Tcx.attach(interfaceIndex, Tcx.Hook.INGRESS, gate, FanPrograms.ours(interfaceIndex));
    }

    /** Gives the descriptors back; what is attached stays attached. Again is harmless. */
    @Override
    public void close() {
        gate.close();
        counters.close();
    }
}
