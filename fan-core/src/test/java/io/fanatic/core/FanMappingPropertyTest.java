package io.fanatic.core;

import static io.fanatic.core.LegalFans.at;
import static io.fanatic.core.LegalFans.hostAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.LegalFans.Shape;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The mapping is a bijection between the slices of the overlay and the addresses of the underlay. */
class FanMappingPropertyTest {

    @Provide
    Arbitrary<FanMapping> fans() {
        return LegalFans.fans();
    }

    @Property(tries = 20_000)
    void aFanIsRefusedExactlyWhenItCannotWork(
            @ForAll int overlayBits,
            @ForAll @IntRange(max = 32) int o,
            @ForAll int underlayBits,
            @ForAll @IntRange(max = 32) int u) {
        Ipv4Prefix overlay = Ipv4Prefix.containing(Ipv4Address.of(overlayBits), o);
        Ipv4Prefix underlay = Ipv4Prefix.containing(Ipv4Address.of(underlayBits), u);
        long overlayNetwork = overlay.network().bits() & 0xffffffffL;
        long underlayNetwork = underlay.network().bits() & 0xffffffffL;
        if (LegalFans.isLegal(overlayNetwork, o, underlayNetwork, u)) {
            assertThat(FanMapping.of(overlay, underlay).shift()).isBetween(2, 29);
        } else {
            assertThatThrownBy(() -> FanMapping.of(overlay, underlay)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Example
    void noOverlayWiderThanThreeBitsIsLegal() {
        for (int o = 0; o <= 2; o++) {
            for (long network = 0; network < 1L << 32; network += 1L << (32 - o)) {
                Ipv4Prefix overlay = new Ipv4Prefix(Ipv4Address.of((int) network), o);
                assertThatThrownBy(() -> Overlays.requireUsable(overlay))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("250.0.0.0/8");
            }
        }
    }

    @Property
    void aSliceIsTheOverlaysBitsThenTheHostsThenZeros(@ForAll("fans") FanMapping fan, @ForAll int place) {
        Ipv4Address host = at(fan.underlay(), place);
        String bits = binary(fan.overlay().network()).substring(0, fan.overlay().prefixLength())
                + binary(host).substring(fan.underlay().prefixLength())
                + "0".repeat(fan.shift());
        assertThat(binary(Ipv4Address.of(fan.sliceBits(host.bits())))).isEqualTo(bits);
    }

    private static String binary(Ipv4Address address) {
        return Long.toBinaryString(1L << 32 | (address.bits() & 0xffffffffL)).substring(1);
    }

    @Property
    void everyAddressOfASliceBelongsToTheSlicesHost(
            @ForAll("fans") FanMapping fan, @ForAll int hostPlace, @ForAll int place) {
        Ipv4Address host = hostAt(fan.underlay(), hostPlace);
        Ipv4Prefix slice = fan.slice(host).cidr();
        assertThat(fan.owner(at(slice, place))).isEqualTo(host);
        assertThat(fan.owner(slice.network())).isEqualTo(host);
        assertThat(fan.owner(slice.last())).isEqualTo(host);
        assertThat(fan.ownerBits(at(slice, place).bits())).isEqualTo(host.bits());
        assertThat(fan.overlay().contains(slice)).isTrue();
    }

    @Property
    void everyAddressOfTheOverlayLiesInTheSliceOfItsOwner(@ForAll("fans") FanMapping fan, @ForAll int place) {
        Ipv4Address address = at(fan.overlay(), place);
        int owner = fan.ownerBits(address.bits());
        assertThat(fan.underlay().contains(Ipv4Address.of(owner))).isTrue();
        Ipv4Prefix slice = new Ipv4Prefix(Ipv4Address.of(fan.sliceBits(owner)), fan.slicePrefixLength());
        assertThat(slice.contains(address)).isTrue();
    }

    @Property
    void slicesOfDifferentHostsNeverOverlap(@ForAll("fans") FanMapping fan, @ForAll int one, @ForAll int other) {
        Ipv4Address first = hostAt(fan.underlay(), one);
        Ipv4Address second = hostAt(fan.underlay(), other);
        assertThat(fan.slice(first).cidr().overlaps(fan.slice(second).cidr())).isEqualTo(first.equals(second));
    }

    /** Every legal shape, not a sample: the first slice, then neighbour after neighbour, then the last. */
    @Property(tries = 20)
    void theSlicesTileTheOverlayWithoutGap(@ForAll long seed, @ForAll int place) {
        for (Shape shape : LegalFans.shapes()) {
            FanMapping fan = LegalFans.ofShape(shape, seed);
            Ipv4Prefix underlay = fan.underlay();
            long width = 1L << fan.shift();
            assertThat(underlay.size() * width).isEqualTo(fan.overlay().size());
            assertThat(fan.sliceBits(underlay.network().bits()))
                    .isEqualTo(fan.overlay().network().bits());
            assertThat(fan.sliceBits(underlay.last().bits()) + (int) width - 1)
                    .isEqualTo(fan.overlay().last().bits());
            // All neighbours of a small underlay, and a thousand of a large one.
            Ipv4Address from = underlay.size() <= 1024 ? underlay.network() : at(underlay, place);
            for (int i = 0;
                    i < 1024
                            && underlay.contains(from.plus(i + 1))
                            && from.plus(i).compareTo(from) >= 0;
                    i++) {
                int host = from.plus(i).bits();
                assertThat(fan.sliceBits(host + 1)).isEqualTo(fan.sliceBits(host) + (int) width);
                assertThat(fan.ownerBits(fan.sliceBits(host))).isEqualTo(host);
                assertThat(fan.ownerBits(fan.sliceBits(host) + (int) width - 1)).isEqualTo(host);
            }
        }
    }

    @Property
    void aSegmentHoldsTheSlicesOfItsSubnetAndNoOther(
            @ForAll("fans") FanMapping fan,
            @ForAll int subnetPlace,
            @ForAll @IntRange(max = 32) int length,
            @ForAll int hostPlace) {
        Ipv4Address host = hostAt(fan.underlay(), hostPlace);
        Ipv4Prefix subnet = Ipv4Prefix.containing(at(fan.underlay(), subnetPlace), length);
        if (length < fan.underlay().prefixLength()) {
            assertThat(fan.segment(subnet)).isEmpty();
        } else {
            Ipv4Prefix segment = fan.segment(subnet).orElseThrow();
            assertThat(segment.prefixLength())
                    .isEqualTo(fan.overlay().prefixLength()
                            + (length - fan.underlay().prefixLength()));
            assertThat(segment.contains(fan.slice(host).cidr())).isEqualTo(subnet.contains(host));
        }
    }

    @Property
    void everyAddressOfASliceIsTheHostsOrAContainersExceptTheFirstAndTheLast(
            @ForAll("fans") FanMapping fan, @ForAll int hostPlace, @ForAll int reserve, @ForAll int place) {
        int most = (1 << fan.shift()) - 3;
        FanSlice slice = fan.slice(hostAt(fan.underlay(), hostPlace), 1 + (reserve & 0x7fffffff) % most);
        Ipv4Address address = at(slice.cidr(), place);
        boolean ends = address.equals(slice.cidr().network())
                || address.equals(slice.cidr().last());
        boolean hosts = slice.hostAddresses().contains(address);
        boolean containers = slice.containerAddresses().contains(address);
        assertThat(hosts ^ containers ^ ends).isTrue();
        assertThat(hosts && containers).isFalse();
        assertThat(slice.hostAddresses().size()).isEqualTo(slice.hostReserve());
        assertThat(slice.hostAddresses().size() + slice.containerAddresses().size() + 2)
                .isEqualTo(slice.cidr().size());
    }
}
