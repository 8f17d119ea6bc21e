package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What {@link ObserverModelTest} says, as far as only a kernel can tell. */
@KernelTest
class ObserverKernelTest {
    private static final Set<Counter> ALL = EnumSet.allOf(Counter.class);
    private static final List<FanObserver.Filter> FILTERS = List.of(
            new FanObserver.Filter(
                    List.of(Ipv4Prefix.parse("250.0.0.0/16"), Ipv6Prefix.parse("fd00:fa:0:28::/61")), Optional.empty()),
            new FanObserver.Filter(
                    List.of(Ipv4Prefix.parse("250.0.45.0/24")), Optional.of(Ipv4Address.parse("10.0.0.77"))));

    @Test
    void theVerifierAcceptsThemOfEveryFanWithAndWithoutFilters() {
        List<ProgramSpec> specs = new ArrayList<>(Specs.all());
        specs.addAll(Specs.ipip());
        specs.addAll(Specs.dual());
        // They call what older kernels lack.
        KernelFeatures features = KernelFeatures.ofThisKernel();
        boolean fast = features.has(KernelFeature.FAST_PATH);
        boolean direct = features.has(KernelFeature.DIRECT);
        List<FanProgramSpec> fans = new ArrayList<>(Specs.all());
        fans.addAll(Specs.dual());
        for (FanProgramSpec fan : fans) {
            specs.add(new GateProgramSpec(fan));
            if (fast) {
                specs.add(new FastProgramSpec(fan, 8472, 1, SourcePorts.DEFAULT));
            }
            if (direct) {
                specs.add(new DirectGuardSpec(
                        fan,
                        1,
                        List.of(fan.mapping().underlay()),
                        List.of(),
                        true,
                        new MacAddress(0x02fa_0a00_0039L),
                        1));
            }
        }
        try (BpfQueue queue = BpfQueue.create("fan_monitor", PacketRecord.BYTES, 16);
                BpfMap counts = BpfMap.createPerCpuArray("fan_monitor", FanPrograms.ENTRIES)) {
            for (Set<Counter> reasons : List.of(ALL, EnumSet.of(Counter.SEND_SPOOFED, Counter.RECEIVE_SPOOFED))) {
                for (List<FanObserver.Filter> filters : List.of(List.<FanObserver.Filter>of(), FILTERS)) {
                    Observation observation = new Observation(reasons, filters, 0, queue.fd(), counts.fd());
                    for (ProgramSpec spec : specs) {
                        for (Role role : spec.roles()) {
                            byte[] code = spec.observe(role, observation, ByteOrder.nativeOrder())
                                    .orElseThrow()
                                    .bytes();
                            BpfProgram.load("monitor_test", code).close();
                        }
                    }
                }
            }
        }
    }

    @Test
    void whatPassesIsNotEvenCountedWhereOnlyDropsAreAskedFor() {
        Set<Counter> drops = EnumSet.of(Counter.SEND_SPOOFED, Counter.SEND_OFF_OVERLAY);
        byte[] frame = Frames.ipv4("250.0.45.2", "250.0.56.9");
        byte[] spoofed = Frames.ipv4("9.9.9.9", "250.0.56.9");
        try (BpfQueue queue = BpfQueue.create("fan_monitor", PacketRecord.BYTES, 2);
                BpfMap counts = BpfMap.createPerCpuArray("fan_monitor", FanPrograms.ENTRIES)) {
            Observation observation = new Observation(drops, List.of(), 0, queue.fd(), counts.fd());
            byte[] code = Specs.USUAL
                    .observe(Role.ENCAP, observation, ByteOrder.nativeOrder())
                    .orElseThrow()
                    .bytes();
            try (BpfProgram program = BpfProgram.load("monitor_test", code)) {
                int repeat = 200_000;
                TestRun passed = program.run(frame, repeat, new byte[TestRun.CONTEXT_BYTES]);
                assertThat(passed.result()).isEqualTo(FanEmitter.NEXT);
                assertThat(counts.sums(FanPrograms.COUNTERS)).containsOnly(0);
                TestRun dropped = program.run(spoofed, repeat, new byte[TestRun.CONTEXT_BYTES]);
                assertThat(counts.sum(Counter.SEND_SPOOFED.index())).isEqualTo(repeat);
                System.out.println("number: the monitor's encap, of a frame that passes " + passed.nanoseconds()
                        + " ns, of one that is dropped, in a flood " + dropped.nanoseconds() + " ns");
            }
        }
    }

    @Test
    void aRecordComesOutOfTheQueueAsItWasMeantAndTheFrameStaysAsItIs() {
        byte[] frame = Arrays.copyOf(Frames.ipv4("9.9.9.9", "250.0.56.9"), 200);
        frame[17] = (byte) (200 - 14); // its total length
        try (BpfQueue queue = BpfQueue.create("fan_monitor", PacketRecord.BYTES, 2);
                BpfMap counts = BpfMap.createPerCpuArray("fan_monitor", FanPrograms.ENTRIES)) {
            Observation observation = new Observation(ALL, List.of(), 3, queue.fd(), counts.fd());
            byte[] code = Specs.USUAL
                    .observe(Role.ENCAP, observation, ByteOrder.nativeOrder())
                    .orElseThrow()
                    .bytes();
            ByteBuffer record = Native.buffer(PacketRecord.BYTES);
            assertThat(queue.pop(record)).isFalse();
            try (BpfProgram program = BpfProgram.load("monitor_test", code)) {
                // One more than the queue has room for: that is only counted.
                TestRun run = program.run(frame, 3, new byte[TestRun.CONTEXT_BYTES]);
                assertThat(run.result()).isEqualTo(FanEmitter.NEXT);
                assertThat(run.mark()).isZero();
            }
            assertThat(counts.sum(Counter.SEND_SPOOFED.index())).isEqualTo(3);
            for (int i = 0; i < 2; i++) {
                assertThat(queue.pop(record)).isTrue();
                ObservedFrame told = PacketRecord.read(record, Uptime.start()).orElseThrow();
                assertThat(told.reason()).isEqualTo(Counter.SEND_SPOOFED);
                assertThat(told.fan()).isEqualTo(3);
                assertThat(told.length()).isEqualTo(200);
                assertThat(told.outerSource()).isEmpty();
                assertThat(told.beginning()).isEqualTo(Arrays.copyOf(frame, 96));
                assertThat(Duration.between(told.time(), Instant.now()))
                        .isBetween(Duration.ofSeconds(-1), Duration.ofMinutes(5));
            }
            assertThat(queue.pop(record)).isFalse();
        }
    }
}
