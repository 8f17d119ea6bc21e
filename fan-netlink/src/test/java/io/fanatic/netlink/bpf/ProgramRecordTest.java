package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.bpf.ProgramRecord.Entry;
import io.fanatic.netlink.bpf.ProgramRecord.Place;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an ifalias says of attached programs, as this release and earlier ones write it. */
class ProgramRecordTest {
    private static final String MARK = "fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id 10.0.0.45";
    private static final Place TUNNEL = new Place(
            ProgramRecord.ITSELF,
            false,
            List.of(new Entry("guard_8f3a2b1c", 4711), new Entry("encap_1b2c3d4e", 4712)),
            4713,
            List.of());
    private static final Place CARD = new Place(2, true, List.of(new Entry("gate_5d6e7f80", 4714)), 4715, List.of());

    /** An ifalias has room for 255 bytes. */
    @Test
    void aNoteIsReadAsItWasWritten() {
        Place replacing = new Place(3, false, CARD.programs(), 4716, List.of(4702, 4703));
        ProgramRecord note =
                new ProgramRecord(List.of()).with(CARD).with(TUNNEL).with(replacing);
        String alias = note.appendedTo(MARK);

        assertThat(alias)
                .isEqualTo(MARK + " programs guard_8f3a2b1c 4711 encap_1b2c3d4e 4712 map 4713"
                        + " on 2 clsact gate_5d6e7f80 4714 map 4715 on 3 gate_5d6e7f80 4714 map 4716 earlier 4702 4703")
                .hasSizeLessThan(256);
        assertThat(ProgramRecord.in(alias)).isEqualTo(note);
        assertThat(ProgramRecord.without(alias)).isEqualTo(MARK);
        assertThat(note.without(2).without(3).places()).containsExactly(TUNNEL);
        assertThat(note.without(2).without(3).without(ProgramRecord.ITSELF).appendedTo(alias))
                .isEqualTo(MARK);
        assertThat(note.with(replacing.withoutEarlier()).at(3).orElseThrow().ids())
                .containsExactly(4714);
    }

    @Test
    void theFormOfEarlierReleasesIsTheSame() {
        assertThat(ProgramRecord.in(
                                MARK + " programs guard_8f3a2b1c 4711 encap_1b2c3d4e 4712 map 4713 earlier 4702 4703")
                        .places())
                .containsExactly(new Place(ProgramRecord.ITSELF, false, TUNNEL.programs(), 4713, List.of(4702, 4703)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " programs",
                " programs ",
                " programs guard_8f3a2b1c",
                " programs guard_8f3a2b1c x map 1",
                " programs guard_8f3a2b1c 1 map",
                " programs on",
                " programs on 2",
                " programs guard_8f3a2b1c 1 map 2 on x clsact gate_5d6e7f80 3 map 4",
                " programs guard_8f3a2b1c 1 map 2 earlier x",
            })
    void whatIsNoNoteSaysNothing(String words) {
        assertThat(ProgramRecord.in(MARK + words).places()).isEmpty();
    }
}
