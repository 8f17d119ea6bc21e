package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a specification accepts, and what its fingerprint depends on; and the small readers. */
class FanProgramSpecTest {
    private static final Ipv4Address FIRST = Ipv4Address.parse("10.0.0.45");
    private static final Ipv4Address SECOND = Ipv4Address.parse("10.0.1.7");

    private static FanProgramSpec with(int vni, List<Ipv4Address> addresses, boolean setsLocalAddress) {
        return new FanProgramSpec(Specs.USUAL.mapping(), vni, addresses, setsLocalAddress);
    }

    @Test
    void theOrderOfAddressesDoesNotMatter() {
        assertThat(with(1, List.of(SECOND, FIRST, SECOND), true)).isEqualTo(with(1, List.of(FIRST, SECOND), true));
    }

    @Test
    void valuesOutOfRangeAreRefusedInWords() {
        assertThatThrownBy(() -> with(1 << 24, List.of(FIRST), true))
                .hasMessage("VNI 16777216 is not between 0 and 16777215");
        assertThatThrownBy(() -> with(1, List.of(), true))
                .hasMessage("programs take 1 to 16 underlay addresses of a host, not 0");
        assertThatThrownBy(() -> with(1, List.of(Ipv4Address.parse("10.1.0.1")), true))
                .hasMessage("10.1.0.1 is not in 10.0.0.0/16");
        assertThatThrownBy(() -> with(1, List.of(FIRST, SECOND), false))
                .hasMessageContaining("only one underlay address per fan is possible");
        List<Ipv4Address> many = new ArrayList<>();
        for (int i = 1; i <= 17; i++) {
            many.add(Ipv4Address.parse("10.0.2." + i));
        }
        assertThatThrownBy(() -> with(1, many, true)).hasMessageContaining("not 17");
    }

    @Test
    void everyPartOfTheSpecificationShowsInTheNames() {
        Set<List<String>> fingerprints = new HashSet<>();
        for (FanProgramSpec spec : Specs.all()) {
            List<String> names = spec.names();
            fingerprints.add(names);
            assertThat(names.get(1)).matches("encap_[0-9a-f]{8}").hasSizeLessThanOrEqualTo(BpfProgram.LONGEST_NAME);
            assertThat(names.get(0)).matches("guard_[0-9a-f]{8}");
        }
        fingerprints.add(with(2, List.of(FIRST), true).names());
        assertThat(fingerprints).hasSize(Specs.all().size() + 1);
    }

    @Test
    void countersHaveOneIndexAndOneLabelEach() {
        Set<Object> seen = new HashSet<>();
        for (Counter counter : Counter.values()) {
            assertThat(counter.index()).isBetween(0, FanPrograms.COUNTERS - 1);
            assertThat(seen.add(counter.index())).isTrue();
            assertThat(seen.add(counter.label())).isTrue();
            assertThat(counter.label()).matches("[a-z0-9-]+").startsWith(counter.isSend() ? "sen" : "receive");
        }
    }

    @Test
    void possibleCpusAreCounted() {
        assertThat(BpfMap.countCpus("0\n")).isEqualTo(1);
        assertThat(BpfMap.countCpus("0-3\n")).isEqualTo(4);
        assertThat(BpfMap.countCpus("0,2-5,8\n")).isEqualTo(6);
    }
}
