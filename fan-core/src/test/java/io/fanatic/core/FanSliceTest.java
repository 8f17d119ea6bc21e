package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FanSliceTest {

    private static FanSlice slice(String overlay, String underlay, String address, int reserve) {
        return FanMapping.of(Ipv4Prefix.parse(overlay), Ipv4Prefix.parse(underlay))
                .slice(Ipv4Address.parse(address), reserve);
    }

    @Test
    void theUsualSliceHasOneHostAddressAnd253ContainerAddresses() {
        FanSlice slice = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"))
                .slice(Ipv4Address.parse("10.0.0.45"));
        assertThat(slice.cidr()).hasToString("250.0.45.0/24");
        assertThat(slice.hostAddress()).hasToString("250.0.45.1");
        assertThat(slice.hostAddresses()).hasToString("250.0.45.1-250.0.45.1");
        assertThat(slice.firstContainerAddress()).hasToString("250.0.45.2");
        assertThat(slice.lastContainerAddress()).hasToString("250.0.45.254");
        assertThat(slice.containerAddresses()).hasToString("250.0.45.2-250.0.45.254");
        assertThat(slice.containerAddresses().size()).isEqualTo(253);
    }

    @Test
    void aReserveMovesTheContainersUp() {
        FanSlice slice = slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 10);
        assertThat(slice.hostAddresses()).hasToString("250.0.45.1-250.0.45.10");
        assertThat(slice.containerAddresses()).hasToString("250.0.45.11-250.0.45.254");
    }

    @Test
    void theSmallestSliceHasRoomForOneContainer() {
        FanSlice slice = slice("250.0.0.0/8", "10.0.0.0/10", "10.0.0.45", 1);
        assertThat(slice.cidr()).hasToString("250.0.0.180/30");
        assertThat(slice.hostAddress()).hasToString("250.0.0.181");
        assertThat(slice.containerAddresses()).hasToString("250.0.0.182-250.0.0.182");
    }

    @Test
    void onlyTheEndsOfAWideSliceAreSpecial() {
        Ipv4Range range =
                slice("250.0.0.0/8", "192.168.1.0/24", "192.168.1.178", 1).containerAddresses();
        assertThat(range).hasToString("250.178.0.2-250.178.255.254");
        assertThat(range.contains(Ipv4Address.parse("250.178.1.0"))).isTrue();
        assertThat(range.contains(Ipv4Address.parse("250.178.1.255"))).isTrue();
        assertThat(range.contains(Ipv4Address.parse("250.178.255.255"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 254, 255, 256, Integer.MAX_VALUE})
    void aReserveThatLeavesNoContainerIsRefusedWithTheRange(int reserve) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", reserve))
                .withMessage("host-reserve " + reserve + " does not fit a slice of /24; choose 1 to 253");
    }

    @Test
    void theLargestReserveLeavesOneContainer() {
        assertThat(slice("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", 253).containerAddresses())
                .hasToString("250.0.45.254-250.0.45.254");
    }

    @Test
    void aReserveOfTwoDoesNotFitTheSmallestSlice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> slice("250.0.0.0/8", "10.0.0.0/10", "10.0.0.45", 2))
                .withMessage("host-reserve 2 does not fit a slice of /30; choose 1");
    }

    @Test
    void aRangeThatRunsBackwardsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ipv4Range(Ipv4Address.parse("10.0.0.2"), Ipv4Address.parse("10.0.0.1")))
                .withMessage("10.0.0.2 comes after 10.0.0.1");
    }
}
