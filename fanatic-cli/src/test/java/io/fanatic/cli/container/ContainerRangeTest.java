package io.fanatic.cli.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Share;
import io.fanatic.core.Shares;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContainerRangeTest {
    private static FanSlice slice(String overlay, String underlay, String address, int reserve) {
        return FanMapping.of(Ipv4Prefix.parse(overlay), Ipv4Prefix.parse(underlay))
                .slice(Ipv4Address.parse(address), reserve);
    }

    private static ContainerRange of(FanSlice slice, String shares) {
        return ContainerRange.of(
                slice, Shares.parse(shares).block(Share.DOCKER, slice).orElseThrow());
    }

    private static ContainerRange largestBlock(FanSlice slice, String shares) {
        return ContainerRange.largestBlock(
                slice, Shares.parse(shares).block(Share.DOCKER, slice).orElseThrow());
    }

    @Test
    void theShareIsGivenWholeButForTheEndsOfTheSliceAndTheHost() {
        ContainerRange range = of(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 3), "docker:1/2");
        assertThat(range.block()).hasToString("250.0.45.128/25");
        assertThat(range.kept()).hasToString("[250.0.45.255]");
        assertThat(range.range()).hasToString("250.0.45.128-250.0.45.254");
        assertThat(range.free()).isEqualTo(127);
        range = of(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 3), "docker:all");
        assertThat(range.block()).hasToString("250.0.45.0/24");
        assertThat(range.kept().toString()).isEqualTo("[250.0.45.0, 250.0.45.1, 250.0.45.2, 250.0.45.3, 250.0.45.255]");
        assertThat(range.range()).hasToString("250.0.45.4-250.0.45.254");
        assertThat(range.free()).isEqualTo(251);
        range = of(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 1), "docker:1/4,dhcp:1/2");
        assertThat(range.block()).hasToString("250.0.45.64/26");
        assertThat(range.kept()).isEmpty();
    }

    @Test
    void aReserveOfThousandsNarrowsTheBlock() {
        // A /16 slice of which the host keeps the first quarter: the upper half needs one exception only.
        ContainerRange range = of(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 253), "docker:all");
        assertThat(range.block())
                .as("one container address, without 255 exceptions")
                .hasToString("250.0.45.254/32");
        range = of(slice("240.0.0.0/4", "10.0.0.0/20", "10.0.0.45", 16384), "docker:all");
        assertThat(range.block()).hasToString("240.45.128.0/17");
        assertThat(range.kept()).hasToString("[240.45.255.255]");
        range = of(slice("240.0.0.0/4", "10.0.0.0/20", "10.0.0.45", 65533), "docker:1/2");
        assertThat(range.free()).isEqualTo(1);
        assertThat(range.range()).hasToString("240.45.255.254-240.45.255.254");
    }

    @Test
    void noReserveGivesAContainerAnAddressThatIsNotForContainers() {
        for (int reserve = 1; reserve <= 65533; reserve += reserve < 600 ? 1 : 997) {
            for (String shares : List.of("docker:all", "docker:1/2", "docker:1/4,dhcp:1/2", "docker:1/256,dhcp:1/2")) {
                FanSlice slice = slice("240.0.0.0/4", "10.0.0.0/20", "10.0.0.45", reserve);
                if (Shares.parse(shares).range(Share.DOCKER, slice).isPresent()) {
                    check(slice, shares, of(slice, shares));
                }
            }
        }
    }

    private static void check(FanSlice slice, String shares, ContainerRange range) {
        String what = "reserve " + slice.hostReserve() + ", " + shares;
        assertThat(range.kept()).as(what).hasSizeLessThanOrEqualTo(ContainerRange.MAX_KEPT);
        assertThat(range.free()).as(what).isPositive();
        assertThat(Shares.parse(shares).block(Share.DOCKER, slice).orElseThrow().contains(range.block()))
                .as(what)
                .isTrue();
        for (Ipv4Address address = range.block().network();
                range.block().contains(address) && address.compareTo(slice.firstContainerAddress()) < 0;
                address = address.plus(1)) {
            assertThat(range.kept()).as(what).contains(address);
        }
        if (range.block().contains(slice.cidr().last())) {
            assertThat(range.kept()).contains(slice.cidr().last());
        }
    }

    @Test
    void theLargestBlockHasNeitherTheFirstAddressNorTheHosts() {
        for (int reserve = 1; reserve <= 253; reserve++) {
            FanSlice slice = slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", reserve);
            ContainerRange range = largestBlock(slice, "docker:all");
            assertThat(range.block().network())
                    .as("reserve %d", reserve)
                    .isGreaterThanOrEqualTo(slice.firstContainerAddress());
            assertThat(slice.cidr().contains(range.block())).isTrue();
        }
        FanSlice slice = slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 1);
        assertThat(largestBlock(slice, "docker:1/2").block()).hasToString("250.0.45.128/25");
        assertThat(largestBlock(slice, "docker:all").block()).hasToString("250.0.45.128/25");
        assertThat(largestBlock(slice, "docker:1/4,dhcp:1/2").block()).hasToString("250.0.45.64/26");
    }
}
