package io.fanatic.cli.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import org.junit.jupiter.api.Test;

class ContainerRangeTest {
    private static FanSlice slice(String overlay, String underlay, String address, int reserve) {
        return FanMapping.of(Cidr.parse(overlay), Cidr.parse(underlay)).slice(Ipv4Address.parse(address), reserve);
    }

    @Test
    void anOrdinarySliceIsGivenWholeButForItsEndsAndTheHost() {
        ContainerRange range = ContainerRange.of(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 3));
        assertThat(range.block()).hasToString("250.0.45.0/24");
        assertThat(range.kept().toString()).isEqualTo("[250.0.45.0, 250.0.45.1, 250.0.45.2, 250.0.45.3, 250.0.45.255]");
        assertThat(range.words()).isEqualTo("250.0.45.4 to 250.0.45.254");
        assertThat(range.free()).isEqualTo(251);
    }

    @Test
    void aReserveOfThousandsNarrowsTheBlock() {
        // A /16 slice of which the host keeps the first quarter: the upper half needs one exception only.
        ContainerRange range = ContainerRange.of(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 253));
        assertThat(range.block())
                .as("one container address, without 255 exceptions")
                .hasToString("250.0.45.254/32");
        range = ContainerRange.of(slice("240.0.0.0/4", "10.0.0.0/20", "10.0.0.45", 16384));
        assertThat(range.block()).hasToString("240.45.128.0/17");
        assertThat(range.kept()).hasToString("[240.45.255.255]");
        range = ContainerRange.of(slice("240.0.0.0/4", "10.0.0.0/20", "10.0.0.45", 65533));
        assertThat(range.free()).isEqualTo(1);
        assertThat(range.words()).isEqualTo("240.45.255.254 to 240.45.255.254");
    }

    @Test
    void noReserveGivesAContainerAnAddressThatIsNotForContainers() {
        for (int reserve = 1; reserve <= 65533; reserve += reserve < 600 ? 1 : 997) {
            FanSlice slice = slice("240.0.0.0/4", "10.0.0.0/20", "10.0.0.45", reserve);
            ContainerRange range = ContainerRange.of(slice);
            assertThat(range.kept()).as("reserve %d", reserve).hasSizeLessThanOrEqualTo(ContainerRange.MOST_KEPT);
            assertThat(range.free()).as("reserve %d", reserve).isPositive();
            assertThat(slice.cidr().contains(range.block()))
                    .as("reserve %d", reserve)
                    .isTrue();
            for (Ipv4Address address = range.block().network();
                    range.block().contains(address) && address.compareTo(slice.firstContainerAddress()) < 0;
                    address = address.plus(1)) {
                assertThat(range.kept()).as("reserve %d", reserve).contains(address);
            }
            if (range.block().contains(slice.cidr().last())) {
                assertThat(range.kept()).contains(slice.cidr().last());
            }
        }
    }

    @Test
    void theLargestBlockHasNoneOfTheSpecialAddresses() {
        for (int reserve = 1; reserve <= 253; reserve++) {
            FanSlice slice = slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", reserve);
            ContainerRange range = ContainerRange.largestBlock(slice);
            assertThat(range.block().network())
                    .as("reserve %d", reserve)
                    .isGreaterThanOrEqualTo(slice.firstContainerAddress());
            assertThat(range.block().last())
                    .as("reserve %d", reserve)
                    .isLessThanOrEqualTo(slice.lastContainerAddress());
        }
        assertThat(ContainerRange.largestBlock(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 1))
                        .block())
                .hasToString("250.0.45.64/26");
    }
}
