package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Any frame through the programs of a fan with an IPv6 overlay, on a CPU of either byte order: they decide as the model, and reach no byte that is
 * not there. The first byte says which program, and how much of the frame is in one piece.
 */
public final class Ipv6ProgramsFuzz {
    private static final FanProgramSpec SPEC = Specs.DUAL;
    private static final Ipv6Model MODEL = new Ipv6Model(SPEC);
    private static final int IPV6 = 0x86dd;
    private static final int HEADERS = 14;
    private static final Programs LITTLE_ENDIAN = Programs.of(ByteOrder.LITTLE_ENDIAN);
    private static final Programs BIG_ENDIAN = Programs.of(ByteOrder.BIG_ENDIAN);

    private record Programs(ByteOrder order, byte[] encap, byte[] guard, byte[] gate) {
        static Programs of(ByteOrder order) {
            return new Programs(
                    order,
                    EncapProgram.emit(SPEC, 0, order).bytes(),
                    GuardProgram.emit(SPEC, 0, order).bytes(),
                    GateProgram.emit(SPEC, 0, order).bytes());
        }
    }

    private Ipv6ProgramsFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 1 + HEADERS) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        bytes[12] = (byte) (IPV6 >> 8);
        bytes[13] = (byte) IPV6;
        FanModel.Frame frame = new FanModel.Frame(bytes, false);
        Programs programs = (data[0] & 4) == 0 ? LITTLE_ENDIAN : BIG_ENDIAN;
        int linear = (data[0] & 8) == 0 ? Integer.MAX_VALUE : HEADERS + (data[0] >> 4 & 15) * 3;
        switch (data[0] & 3) {
            case 0 -> {
                Machine machine = new Machine(programs.encap, programs.order);
                machine.run(frame, linear, Optional.empty());
                same(machine.counts(), Map.of(MODEL.encap(frame).counter(), 1L));
            }
            case 1 -> {
                Optional<FanModel.Key> key = Optional.of(new FanModel.Key(
                        SPEC.vni(),
                        Ipv4Address.of(0x0a000000 | data[1] & 0xff),
                        Specs.DUAL.localAddresses().get(0)));
                Machine machine = new Machine(programs.guard, programs.order);
                machine.run(frame, linear, key);
                same(machine.counts(), Map.of(MODEL.guard(frame, key), 1L));
            }
            default -> {
                boolean letIn = (data[0] & 3) == 3;
                Machine machine = new Machine(programs.gate, programs.order);
                machine.mark = letIn ? -1 : 0xffff_efff;
                Machine.Result result = machine.run(frame, linear, Optional.empty());
                Ipv6Model.Gate wanted = MODEL.gate(frame, letIn, true);
                same(
                        result.verdict(),
                        switch (wanted) {
                            case PASS -> FanEmitter.NEXT;
                            case TO_THE_TUNNEL, TO_A_CONTAINER -> FanEmitter.REDIRECT;
                            case SPOOFED, OTHER -> FanEmitter.DROP;
                        });
                same(
                        machine.counts().keySet().stream().allMatch(Counter::isSend)
                                && machine.counts().isEmpty()
                                        == (wanted != Ipv6Model.Gate.SPOOFED && wanted != Ipv6Model.Gate.OTHER),
                        true);
            }
        }
    }

    private static void same(Object decided, Object wanted) {
        if (!decided.equals(wanted)) {
            throw new AssertionError("decides " + decided + ", and the model " + wanted);
        }
    }
}
