package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.netlink.bpf.Alu;
import io.fanatic.netlink.bpf.Assembler;
import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.Instruction;
import io.fanatic.netlink.bpf.Register;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.route.TrafficControl.Direction;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TrafficControlTest {
    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    TrafficControl tc;
    int link;

    @BeforeEach
    void makeLink() {
        NetlinkSocket socket = inside.socket();
        tc = new TrafficControl(socket);
        link = new Links(socket).create(NewLink.bridge("br0").up());
    }

    @Test
    void clsactComesAndGoes() {
        assertThat(tc.hasClsact(link)).isFalse();
        tc.addClsact(link);
        assertThat(tc.hasClsact(link)).isTrue();
        assertThatThrownBy(() -> tc.addClsact(link)).isInstanceOf(NetlinkException.class);

        List<String> theirs = new ArrayList<>();
        for (JsonElement element : inside.json("tc -j qdisc show dev br0")) {
            theirs.add(element.getAsJsonObject().get("kind").getAsString());
        }
        List<String> ours = new ArrayList<>();
        for (Qdisc qdisc : tc.qdiscs()) {
            if (qdisc.index() == link) {
                ours.add(qdisc.kind());
            }
        }
        assertThat(ours).containsExactlyInAnyOrderElementsOf(theirs).contains("clsact");
        tc.deleteClsact(link);
        assertThat(tc.hasClsact(link)).isFalse();
        assertThatThrownBy(() -> tc.deleteClsact(link)).isInstanceOf(NetlinkException.class);
    }

    @Test
    void aProgramIsAttachedReplacedListedAndDetached() {
        tc.addClsact(link);
        try (BpfProgram program = loadProgram()) {
            tc.replaceFilter(link, Direction.EGRESS, 1, 1, program.fd(), "fan-encap");
            tc.replaceFilter(link, Direction.INGRESS, 1, 1, program.fd(), "fan-guard");
            tc.replaceFilter(link, Direction.EGRESS, 1, 1, program.fd(), "fan-encap-2");
        }

        List<BpfFilter> filters = tc.filters(link, Direction.EGRESS);
        assertThat(filters).hasSize(1);
        BpfFilter filter = filters.get(0);
        assertThat(filter.name()).isEqualTo("fan-encap-2");
        assertThat(filter.priority()).isEqualTo(1);
        assertThat(filter.handle()).isEqualTo(1);
        assertThat(filter.protocol()).isEqualTo(3);
        assertThat(filter.directAction()).isTrue();
        assertThat(filter.index()).isEqualTo(link);
        JsonObject options = new JsonObject();
        for (JsonElement element : inside.json("tc -j filter show dev br0 egress")) {
            JsonObject object = element.getAsJsonObject();
            options = object.has("options") ? object.getAsJsonObject("options") : options;
        }
        assertThat(options.get("bpf_name").getAsString()).isEqualTo("fan-encap-2");
        assertThat(options.get("direct-action").getAsBoolean()).isTrue();
        assertThat(options.getAsJsonObject("prog").get("id").getAsInt()).isEqualTo(filter.programId());
        assertThat(tc.filters(link, Direction.INGRESS)).hasSize(1);

        tc.deleteFilter(link, Direction.EGRESS, 1, 1);
        assertThat(tc.filters(link, Direction.EGRESS)).isEmpty();
        assertThat(tc.filters(link, Direction.INGRESS)).hasSize(1);
        assertThatThrownBy(() -> tc.deleteFilter(link, Direction.EGRESS, 1, 1)).isInstanceOf(NetlinkException.class);
    }

    @Test
    void filtersOfOthersAreSeenAndStay() {
        tc.addClsact(link);
        try (BpfProgram program = loadProgram()) {
            tc.replaceFilter(link, Direction.INGRESS, 5, 7, program.fd(), "theirs");
            tc.replaceFilter(link, Direction.INGRESS, 1, 1, program.fd(), "ours");
        }
        inside.sh("tc filter add dev br0 ingress pref 9 protocol ip u32 match ip dst 192.0.2.1 classid 1:1");

        tc.deleteFilter(link, Direction.INGRESS, 1, 1);

        assertThat(tc.filters(link, Direction.INGRESS)).singleElement().satisfies(filter -> {
            assertThat(filter.name()).isEqualTo("theirs");
            assertThat(filter.priority()).isEqualTo(5);
            assertThat(filter.handle()).isEqualTo(7);
        });
        assertThat(inside.sh("tc filter show dev br0 ingress")).contains("u32");
    }

    @Test
    void withoutClsactThereAreNoFilters() {
        assertThat(tc.filters(link, Direction.INGRESS)).isEmpty();
    }

    /** A classifier that lets everything pass. */
    private static BpfProgram loadProgram() {
        return BpfProgram.load(
                "passes",
                new Assembler(ByteOrder.nativeOrder())
                        .add(Alu.MOV.imm(Register.R0, 0), Instruction.exit())
                        .bytes());
    }
}
