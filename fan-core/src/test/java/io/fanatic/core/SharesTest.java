package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharesTest {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    private static FanSlice slice(int reserve) {
        return FAN.slice(Ipv4Address.parse("10.0.0.45"), reserve);
    }

    /** Any fractions, not more than the whole. */
    @Provide
    Arbitrary<Shares> shares() {
        return Arbitraries.integers().between(-1, 8).list().ofSize(4).map(SharesTest::fitting);
    }

    private static Shares fitting(List<Integer> halvings) {
        List<String> words = new ArrayList<>();
        int free = 256;
        for (Share share : Share.values()) {
            int k = halvings.get(share.ordinal());
            if (k >= 0 && 256 >> k <= free) {
                free -= 256 >> k;
                words.add(share + ":" + (k == 0 ? "all" : "1/" + (1 << k)));
            }
        }
        Collections.shuffle(words, new Random(halvings.hashCode()));
        return Shares.parse(words.isEmpty() ? "docker:1/256" : String.join(",", words));
    }

    @Provide
    Arbitrary<FanSlice> slices() {
        return LegalFans.fans()
                .flatMap(fan -> Combinators.combine(
                                Arbitraries.integers(), Arbitraries.integers().between(1, (1 << fan.shift()) - 3))
                        .as((place, reserve) -> fan.slice(LegalFans.hostAt(fan.underlay(), place), reserve)));
    }

    @Property
    void noAddressIsInTwoShares(@ForAll("shares") Shares shares, @ForAll("slices") FanSlice slice) {
        for (Share one : Share.values()) {
            Optional<Ipv4Prefix> block = shares.block(one, slice);
            block.ifPresent(mine -> {
                assertThat(slice.cidr().contains(mine)).isTrue();
                assertThat(shares.owner(slice, mine.network())).contains(one);
                assertThat(shares.owner(slice, mine.last())).contains(one);
                for (Share other : Share.values()) {
                    if (other != one) {
                        shares.block(other, slice)
                                .ifPresent(theirs -> assertThat(mine.overlaps(theirs))
                                        .as("%s of %s: %s and %s", shares, slice.cidr(), mine, theirs)
                                        .isFalse());
                    }
                }
            });
        }
    }

    @Property
    void aRangeIsWhatContainersCanHaveOfItsBlock(@ForAll("shares") Shares shares, @ForAll("slices") FanSlice slice) {
        for (Share share : Share.values()) {
            Optional<Ipv4Prefix> block = shares.block(share, slice);
            Optional<Ipv4Range> range = shares.range(share, slice);
            boolean any = block.isPresent()
                    && block.get().last().compareTo(slice.firstContainerAddress()) >= 0
                    && block.get().network().compareTo(slice.lastContainerAddress()) <= 0;
            assertThat(range.isPresent()).isEqualTo(any);
            range.ifPresent(addresses -> {
                assertThat(block.orElseThrow().contains(addresses.first())).isTrue();
                assertThat(block.orElseThrow().contains(addresses.last())).isTrue();
                assertThat(addresses.first()).isGreaterThanOrEqualTo(slice.firstContainerAddress());
                assertThat(addresses.last()).isLessThanOrEqualTo(slice.lastContainerAddress());
            });
        }
    }

    @Property
    void sharesThatAddUpToTheSliceCoverIt(@ForAll("shares") Shares shares, @ForAll("slices") FanSlice slice) {
        long sum = 0;
        for (Share share : Share.values()) {
            sum += shares.block(share, slice).map(Ipv4Prefix::size).orElse(0L);
        }
        assertThat(sum).isLessThanOrEqualTo(slice.cidr().size());
        boolean whole = sum == slice.cidr().size();
        assertThat(shares.owner(slice, slice.cidr().network()).isPresent()).isEqualTo(whole);
    }

    @Property
    void whatIsWrittenReadsBackInWhateverOrder(@ForAll("shares") Shares shares, @ForAll Random random) {
        List<String> words = new ArrayList<>(List.of(shares.toString().split(",")));
        Collections.shuffle(words, random);
        assertThat(Shares.parse(String.join(",", words))).isEqualTo(shares).hasSameHashCodeAs(shares);
        assertThat(Shares.ofCompact(shares.compact())).isEqualTo(shares);
        assertThat(shares.compact()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({
        "docker, 250.0.45.128/25, 250.0.45.128-250.0.45.254",
        "dhcp, 250.0.45.64/26, 250.0.45.64-250.0.45.127",
        "podman, 250.0.45.32/27, 250.0.45.32-250.0.45.63",
        "cni, 250.0.45.0/27, 250.0.45.2-250.0.45.31"
    })
    void anOrdinarySliceIsDividedInFour(String word, String block, String range) {
        Share share = Share.of(word).orElseThrow();
        assertThat(Shares.DEFAULT.block(share, slice(1))).hasToString("Optional[" + block + "]");
        assertThat(Shares.DEFAULT.range(share, slice(1))).hasToString("Optional[" + range + "]");
        assertThat(Shares.DEFAULT.owner(slice(1), Ipv4Address.parse(block.substring(0, block.indexOf('/')))))
                .contains(share);
    }

    @Test
    void oneCanHaveAllAndTheOthersAreToldHowToGetSome() {
        Shares all = Shares.parse("docker:all");
        assertThat(all.range(Share.DOCKER, slice(9))).hasToString("Optional[250.0.45.10-250.0.45.254]");
        assertThat(all.fraction(Share.DHCP)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> all.requireRange(Share.DHCP, slice(1)))
                .withMessage("there is no share for dhcp in the slice 250.0.45.0/24 (shares docker:all); give it one,"
                        + " such as: shares docker:1/2,dhcp:1/2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shares.parse("docker:1/2,cni:1/8").requireRange(Share.PODMAN, slice(1)))
                .withMessageEndingWith("such as: shares docker:1/2,podman:1/4,cni:1/8");
    }

    @Test
    void aShareWithoutRoomIsToldSo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shares.DEFAULT.requireRange(Share.CNI, slice(31)))
                .withMessage("the share of cni, 1/8 of the slice 250.0.45.0/24, has no address for a container; give it"
                        + " a larger one, such as: shares cni:all");
        FanSlice tiny = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/10"))
                .slice(Ipv4Address.parse("10.0.0.45"));
        assertThat(tiny.cidr().prefixLength()).isEqualTo(30);
        assertThat(Shares.DEFAULT.range(Share.DOCKER, tiny).orElseThrow().size())
                .isEqualTo(1);
        for (Share share : List.of(Share.DHCP, Share.PODMAN, Share.CNI)) {
            assertThat(Shares.DEFAULT.range(share, tiny)).as(share.word()).isEmpty();
            assertThat(Shares.parse(share + ":all").range(share, tiny)).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "docker",
                "docker:",
                ":1/2",
                "docker:1/3",
                "docker:1/1",
                "docker:1/512",
                "docker:0",
                "lxd:1/2",
                "docker:1/2,",
                ",docker:1/2",
                "docker:1/2 dhcp:1/4",
                "Docker:all",
                "docker:1/2,docker:1/4",
                "docker:all,cni:1/256",
                "docker:1/2,dhcp:1/2,podman:1/256"
            })
    void whatAreNoSharesIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Shares.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "123", "12334", "9---", "/---", "----", "00--", "1111x", "x111"})
    void whatIsNoCompactFormIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Shares.ofCompact(text));
    }
}
