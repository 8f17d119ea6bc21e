package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.attach.HooksOfThisKernel;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs on the hooks of real tunnels: replaced under traffic, as filters of clsact, taken away. */
@KernelTest
class AttachTest extends TwoHosts {

    @Test
    void aSecondAddressReplacesTheProgramsAndTheCountersGoOn() {
        Needs.tcx();
        FanProgramSpec one = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56");
        FanProgramSpec two = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56", "10.0.0.57");
        crosses(here, there, Frames.ipv4(HERE, THERE));
        there.ip("address add 10.0.0.57/16 dev und");
        int tunnel = there.index("tun");
        there.namespace().run(() -> {
            assertThat(attached(tunnel)).containsExactly("guard", "encap");
            AttachedProgram old = FanPrograms.attached(tunnel, Tcx.Hook.INGRESS).get(0);
            try (FanPrograms programs = FanPrograms.load(two, BpfMap.byId(old.countersMapId()))) {
                programs.attach(tunnel);
            }
            assertThat(attached(tunnel)).containsExactly("guard", "encap");
            assertThat(FanPrograms.attached(tunnel, Tcx.Hook.INGRESS))
                    .singleElement()
                    .satisfies(found -> {
                        assertThat(found.role()).isEqualTo(Role.GUARD);
                        assertThat(found.countersMapId()).isEqualTo(old.countersMapId());
                    });
        });
        crosses(here, there, Frames.ipv4(HERE, "250.0.57.3"));
        assertThat(counters(there)).containsEntry(Counter.RECEIVED, 2L);
    }

    @Test
    void noFrameIsLostOrLetInWhileProgramsAreReplaced() {
        Needs.tcx();
        FanProgramSpec one = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56");
        FanProgramSpec two = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56", "10.0.0.57");
        int tunnel = there.index("tun");
        byte[] good = Frames.ipv4(HERE, THERE);
        byte[] bad = Frames.ipv4("250.0.46.2", THERE);
        int rounds = 100;
        int mapId = there.namespace()
                .call(() ->
                        FanPrograms.attached(tunnel, Tcx.Hook.INGRESS).get(0).countersMapId());
        Thread replacing = new Thread(() -> there.namespace().run(() -> {
            for (int i = 0; i < rounds; i++) {
                try (FanPrograms programs = FanPrograms.load(i % 2 == 0 ? two : one, BpfMap.byId(mapId))) {
                    programs.attach(tunnel);
                }
            }
        }));
        replacing.start();
        int sent = 0;
        while (replacing.isAlive() || sent == 0) {
            forge("10.0.0.45", VNI, good);
            forge("10.0.0.45", VNI, bad);
            sent++;
        }
        long end = System.nanoTime() + DEADLINE_NANOS;
        Map<Counter, Long> now = counters(there);
        while (count(now, Counter.RECEIVED) + count(now, Counter.RECEIVE_SPOOFED) < 2L * sent
                && System.nanoTime() < end) {
            now = counters(there);
        }
        assertThat(now).containsEntry(Counter.RECEIVED, (long) sent).containsEntry(Counter.RECEIVE_SPOOFED, (long)
                sent);
    }

    /** The way of kernels without tcx. */
    @Test
    void asClsactFiltersTheProgramsDoTheSame() {
        int tunnel = there.index("tun");
        int mapId = there.namespace().call(() -> {
            if (Tcx.isSupported()) {
                FanPrograms.detach(tunnel);
            }
            FanProgramSpec fan = forThisKernel(Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56"));
            try (FanPrograms programs = FanPrograms.load(fan)) {
                HooksOfThisKernel.withClsact(hooks -> attach(hooks, tunnel, fan, programs));
                return programs.counters().info().id();
            }
        });
        crosses(here, there, Frames.ipv4(HERE, THERE));
        crosses(there, here, Frames.arpReply(THERE, HERE));
        forge("10.0.0.45", VNI, Frames.ipv4("250.0.46.2", THERE));
        byte[] honest = Frames.ipv4(HERE, "250.0.56.77");
        try (PacketSocket in = new PacketSocket(there, "in")) {
            forge("10.0.0.45", VNI, honest);
            assertThat(in.receive("frame", frame -> frame[12] == 8 && frame[13] == 0))
                    .isEqualTo(honest);
        }
        assertThat(FanPrograms.counters(mapId))
                .containsEntry(Counter.SENT, 1L)
                .containsEntry(Counter.RECEIVED, 2L)
                .containsEntry(Counter.RECEIVE_SPOOFED, 1L);
    }

    @Test
    void withoutOurProgramNothingLeavesTheHost() {
        Needs.tcx();
        int tunnel = here.index("tun");
        here.namespace().run(() -> FanPrograms.detach(tunnel));
        try (PacketSocket out = new PacketSocket(here, "in");
                PacketSocket underlay = new PacketSocket(there, "und")) {
            out.send(Frames.ipv4(HERE, THERE)); // the tunnel has no address to send to and drops it
            forge("10.0.0.45", VNI, Frames.ipv4(HERE, "250.0.56.77"));
            byte[] first = underlay.receive("VXLAN packet", frame -> frame.length == 92 && frame[13] == 0);
            assertThat(Ipv4Address.of(ByteBuffer.wrap(first).getInt(80))).hasToString("250.0.56.77");
        }
    }
}
