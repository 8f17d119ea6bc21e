package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs in both byte orders against the model, over frames that come near every edge. Needs no root and no kernel. */
class ProgramModelTest {
    private static final int FRAMES = 20_000;
    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

    static List<FanProgramSpec> fans() {
        return Specs.all();
    }

    @ParameterizedTest
    @MethodSource("fans")
    void encapDecidesAsTheModelOnCpusOfBothByteOrders(FanProgramSpec spec) {
        FanModel model = new FanModel(spec);
        for (ByteOrder order : ORDERS) {
            byte[] code = EncapProgram.emit(spec, 0, order).bytes();
            RandomFrames frames = new RandomFrames(spec, 1);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                FanModel.Outcome wanted = model.encap(frame);
                Machine machine = new Machine(code, order);
                Machine.Result result = machine.run(frame, linear(i), Optional.empty());

                assertThat(machine.counts()).as("frame %d, %s", i, order).isEqualTo(Map.of(wanted.counter(), 1L));
                assertThat(machine.times()).isEqualTo(timesOf(Optional.of(wanted.counter())));
                Optional<FanModel.Key> key = wanted.keyAsSet(spec.setsLocalAddress());
                assertThat(result)
                        .isEqualTo(new Machine.Result(
                                key.isPresent() ? FanEmitter.NEXT : FanEmitter.DROP,
                                key,
                                key.isPresent() ? 64 : 0,
                                key.isPresent() ? TunnelKey.ZERO_CHECKSUM : 0));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fans")
    void guardDecidesAsTheModelOnCpusOfBothByteOrders(FanProgramSpec spec) {
        FanModel model = new FanModel(spec);
        for (ByteOrder order : ORDERS) {
            byte[] code = GuardProgram.emit(spec, 0, order).bytes();
            RandomFrames frames = new RandomFrames(spec, 2);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                Optional<FanModel.Key> outer = frames.outer(frame);
                Counter wanted = model.guard(frame, outer);
                Machine machine = new Machine(code, order);
                machine.mark = 0x8000_0001;
                Machine.Result result = machine.run(frame, linear(i), outer);

                assertThat(machine.counts()).as("frame %d, %s", i, order).isEqualTo(Map.of(wanted, 1L));
                assertThat(machine.times()).isEqualTo(timesOf(Optional.of(wanted)));
                assertThat(result.verdict()).isEqualTo(wanted == Counter.RECEIVED ? FanEmitter.NEXT : FanEmitter.DROP);
                assertThat(machine.mark).isEqualTo(wanted == Counter.RECEIVED ? 0x8000_1001 : 0x8000_0001);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fans")
    void gateDecidesAsTheModelOnCpusOfBothByteOrders(FanProgramSpec spec) {
        FanModel model = new FanModel(spec);
        for (ByteOrder order : ORDERS) {
            byte[] code = GateProgram.emit(spec, 0, order).bytes();
            RandomFrames frames = new RandomFrames(spec, 4);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                boolean letIn = i % 2 == 0;
                Optional<Counter> dropped = model.gate(frame, letIn);
                Machine machine = new Machine(code, order);
                machine.mark = letIn ? -1 : 0xffff_efff;
                Machine.Result result = machine.run(frame, linear(i), Optional.empty());

                Map<Counter, Long> wanted = dropped.isPresent() ? Map.of(dropped.get(), 1L) : Map.of();
                assertThat(machine.counts()).as("frame %d, %s", i, order).isEqualTo(wanted);
                assertThat(machine.times()).isEqualTo(timesOf(dropped));
                assertThat(result.verdict()).isEqualTo(dropped.isPresent() ? FanEmitter.DROP : FanEmitter.NEXT);
                boolean taken = letIn && dropped.isEmpty() && !model.isFromHere(frame);
                assertThat(machine.mark).as("frame %d, %s", i, order).isEqualTo(letIn && !taken ? -1 : 0xffff_efff);
            }
        }
    }

    /** Drops on every healthy fan, and what passes, cost no look at the clock. */
    private static Map<Counter, Long> timesOf(Optional<Counter> moved) {
        return moved.filter(counter -> counter.kind() == Counter.Kind.SUSPICIOUS)
                .map(counter -> Map.of(counter, Machine.NOW))
                .orElse(Map.of());
    }

    @Test
    void onlyAPacketTooLongForItsLengthFieldMaySayZero() {
        byte[] packet = Frames.with(Frames.ipv4("250.0.45.2", "250.0.56.9"), 17, 0);
        for (ByteOrder order : ORDERS) {
            byte[] code = EncapProgram.emit(Specs.USUAL, 0, order).bytes();
            for (int payload : new int[] {28, 4096, 65535, 65536, 180_000}) {
                Machine machine = new Machine(code, order);
                machine.run(
                        new FanModel.Frame(Arrays.copyOf(packet, 14 + payload), false),
                        Integer.MAX_VALUE,
                        Optional.empty());
                assertThat(machine.counts())
                        .as("%d bytes, %s", payload, order)
                        .containsOnlyKeys(payload > 65535 ? Counter.SENT : Counter.SEND_MALFORMED);
            }
        }
    }

    @Test
    void theRandomFramesReachEveryReason() {
        Set<Counter> reached = EnumSet.noneOf(Counter.class);
        FanModel model = new FanModel(Specs.USUAL);
        RandomFrames frames = new RandomFrames(Specs.USUAL, 3);
        for (int i = 0; i < FRAMES; i++) {
            FanModel.Frame frame = frames.next();
            reached.add(model.encap(frame).counter());
            reached.add(model.guard(frame, frames.outer(frame)));
            model.gate(frame, false).ifPresent(reached::add);
        }
        Set<Counter> reachable = EnumSet.allOf(Counter.class);
        reachable.remove(Counter.SEND_KEY_REFUSED);
        reachable.remove(Counter.RECEIVE_NESTED); // of IPIP only
        reachable.remove(Counter.SEND_HOP_LIMIT); // of IPv6 only, see Ipv6ModelTest
        reachable.remove(Counter.RECEIVE_HOP_LIMIT);
        reachable.remove(Counter.SENT_DIRECT); // without encapsulation only, see DirectModelTest
        reachable.remove(Counter.RECEIVE_NO_NEIGHBOUR);
        assertThat(reached).isEqualTo(reachable);
    }

    /** How much of the frame lies in the linear part: usually all, sometimes less than the headers. */
    private static int linear(int i) {
        return i % 3 == 0 ? 14 + i % 30 : Integer.MAX_VALUE;
    }
}
