package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UniqueLocalTest {
    private static final Ipv6Prefix LOCALLY_ASSIGNED = Ipv6Prefix.parse("fd00::/8");

    @Test
    void randomPrefixesAreLocallyAssignedAndEachAnother() {
        Set<Ipv6Prefix> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Ipv6Prefix prefix = UniqueLocal.random(UniqueLocal.SITE);
            assertThat(prefix.prefixLength()).isEqualTo(48);
            assertThat(LOCALLY_ASSIGNED.contains(prefix)).isTrue();
            // Two of 1000 are equal once in two million runs.
            assertThat(seen.add(prefix)).as(prefix.toString()).isTrue();
        }
    }

    /** Hosts of other versions compute the same: a change would split fans. The digests are those of sha256sum. */
    @ParameterizedTest
    @CsvSource({
        "250.0.0.0/8, 10.0.0.0/16, fd77:65d1:ec63::/48",
        "250.0.0.0/8, 10.0.0.0/8, fdac:498a:6600::/40",
        "250.0.0.0/8, 192.168.1.0/24, fda3:5eb6:2bcf::/48"
    })
    void theDerivedPrefixIsForever(String overlay, String underlay, String prefix) {
        assertThat(UniqueLocal.derived(Ipv4Prefix.parse(overlay), Ipv4Prefix.parse(underlay)))
                .hasToString(prefix);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/16", "10.0.0.0/8", "10.0.0.0/12", "192.168.1.0/24", "10.0.0.8/30"})
    void theDerivedPrefixLeavesEachHostASlice(String underlay) {
        Ipv4Prefix hosts = Ipv4Prefix.parse(underlay);
        Ipv6Mapping mapping = new Ipv6Mapping(UniqueLocal.derived(Ipv4Prefix.parse("240.0.0.0/4"), hosts), hosts);
        assertThat(mapping.sliceOf(Ipv4Address.of(hosts.network().bits() + 1)).prefixLength())
                .isEqualTo(64);
    }

    @Test
    void noLengthThatIsNoneOfASite() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UniqueLocal.random(49))
                .withMessage("prefix length 49 is not between 8 and 48");
        assertThatIllegalArgumentException().isThrownBy(() -> UniqueLocal.random(7));
    }
}
