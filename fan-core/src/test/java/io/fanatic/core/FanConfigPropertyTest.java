package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * What is written reads back, and what is not edited stays. Without jqwik's edge cases: of texts this rich there are so many
 * that they would use up all tries.
 */
class FanConfigPropertyTest {

    private static Arbitrary<OptionalInt> maybe(int least, int most) {
        return Arbitraries.integers()
                .between(least, most)
                .optional()
                .map(value -> value.map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    private static Arbitrary<String> interfaceNames() {
        return Arbitraries.strings()
                .withChars("abcxyz019.-_@é#")
                .ofMinLength(1)
                .ofMaxLength(10)
                // Shapes that mean something else in a line, and what is too long once encoded.
                .map(name -> "e" + name)
                .filter(name -> name.getBytes(StandardCharsets.UTF_8).length <= 15);
    }

    private static Arbitrary<UnderlaySpec> underlays(FanMapping fan) {
        int u = fan.underlay().prefixLength();
        Arbitrary<OptionalInt> length = Arbitraries.of(OptionalInt.empty(), OptionalInt.of(u));
        return Arbitraries.oneOf(
                Arbitraries.integers().map(place -> UnderlaySpec.of(LegalFans.hostAt(fan.underlay(), place), u)),
                Arbitraries.just(UnderlaySpec.of(fan.underlay().network(), u)),
                Combinators.combine(interfaceNames(), length).as(UnderlaySpec.Device::new),
                length.map(UnderlaySpec.DefaultRoute::new));
    }

    @Provide
    Arbitrary<FanEntry> entries() {
        return LegalFans.fans().flatMap(fan -> {
            Arbitrary<FanOptions> options = Combinators.combine(
                            Arbitraries.of(
                                    FanOptions.DEFAULT,
                                    FanOptions.DEFAULT.withNat(false).withUnderlayOnly(true),
                                    FanOptions.DEFAULT.withNat(false).withAccept(false),
                                    FanOptions.DEFAULT.withShares(Shares.parse("cni:1/256,docker:1/2")),
                                    FanOptions.DEFAULT.withType(TunnelType.IPIP),
                                    FanOptions.DEFAULT.withType(TunnelType.IPIP).withAccept(false)),
                            Arbitraries.of(true, false),
                            Arbitraries.of(true, false),
                            Arbitraries.integers().between(1, (1 << fan.shift()) - 3),
                            interfaceNames().optional(),
                            maybe(1, 65535),
                            maybe(0, 0xffffff),
                            maybe(68, 65535))
                    .as((base, dhcp, off, reserve, bridge, port, vni, mtu) -> {
                        FanOptions.Builder flags =
                                base.toBuilder().dhcp(dhcp).off(off).hostReserve(reserve);
                        bridge.ifPresent(flags::bridge);
                        mtu.ifPresent(flags::mtu);
                        if (base.type() == TunnelType.VXLAN) {
                            port.ifPresent(flags::port);
                            vni.ifPresent(flags::vni);
                        }
                        return flags.build();
                    });
            return Combinators.combine(underlays(fan), options)
                    .as((underlay, flags) -> new FanEntry(fan.overlay(), underlay, flags));
        });
    }

    /** Whole files: entries in either field order, comments, blank lines and garbage. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> line = Arbitraries.frequencyOf(
                Tuple.of(4, entries().map(FanEntry::toString)),
                Tuple.of(2, entries().map(FanConfigPropertyTest::swapped)),
                Tuple.of(1, entries().map(entry -> " \t" + entry + "  # why")),
                Tuple.of(1, Arbitraries.of("", "# comment", "  ", "foo", "250.0.0.0/8 eth0 dchp", "\r")),
                Tuple.of(1, Arbitraries.strings().all().ofMaxLength(20)));
        return line.list().ofMaxSize(8).map(lines -> String.join("\n", lines));
    }

    private static String swapped(FanEntry entry) {
        String flags = entry.options().toString();
        return entry.underlay() + " " + entry.overlay() + (flags.isEmpty() ? "" : " " + flags);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anEntryReadsBackFromItsLineInBothFieldOrders(@ForAll("entries") FanEntry entry) {
        for (String text : List.of(entry.toString(), swapped(entry), "\t" + entry + " # comment\r\n")) {
            FanConfig config = FanConfig.parse("fan", text);
            assertThat(config.problems()).isEmpty();
            assertThat(config.lines()).containsExactly(new FanConfig.Line(1, entry));
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void aFileNobodyEditedStaysAsItIs(@ForAll("texts") String text) {
        assertThat(FanConfig.parse("fan", text)).hasToString(text);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void aLineIsGoodOrBadOrSaysNothing(@ForAll("texts") String text) {
        FanConfig config = FanConfig.parse("fan", text);
        List<Integer> numbers = new ArrayList<>();
        config.lines().forEach(line -> numbers.add(line.number()));
        config.problems().forEach(problem -> numbers.add(problem.line()));
        assertThat(numbers)
                .doesNotHaveDuplicates()
                .allMatch(number -> number >= 1 && number <= text.split("\n", -1).length);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void settingAFanIsSeenAndSettingItAgainChangesNothing(
            @ForAll("texts") String text, @ForAll("entries") FanEntry entry) {
        FanConfig set = FanConfig.parse("fan", text).with(entry);
        assertThat(set.find(entry.overlay(), entry.underlay()).map(FanConfig.Line::entry))
                .isEqualTo(Optional.of(entry));
        assertThat(set.with(entry)).isSameAs(set);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void aFanSetAndRemovedLeavesTheFileAsItWas(@ForAll("texts") String text, @ForAll("entries") FanEntry entry) {
        FanConfig before = FanConfig.parse("fan", text).without(entry.overlay(), entry.underlay());
        String after =
                before.with(entry).without(entry.overlay(), entry.underlay()).toString();
        // A last line without a line feed gets one when another follows.
        assertThat(after).isIn(before.toString(), before + "\n");
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void changingTheFlagsOfOneFanLeavesEveryOtherLine(@ForAll("texts") String text, @ForAll("entries") FanEntry entry) {
        FanConfig config = FanConfig.parse("fan", text).with(entry);
        FanOptions other = entry.options().withOff(!entry.options().off());
        FanConfig changed = config.with(new FanEntry(entry.overlay(), entry.underlay(), other));
        int number =
                config.find(entry.overlay(), entry.underlay()).orElseThrow().number();
        List<String> before = new ArrayList<>(List.of(config.toString().split("\n", -1)));
        List<String> after = new ArrayList<>(List.of(changed.toString().split("\n", -1)));
        assertThat(after.remove(number - 1)).isNotEqualTo(before.remove(number - 1));
        assertThat(after).isEqualTo(before);
    }
}
