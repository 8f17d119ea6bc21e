package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FanConfigTest {

    private static final String TEXT = """
        # fans of this host

        250.0.0.0/8 10.0.0.45/16 dhcp   # the first
        \t10.1.0.0/16\t251.0.0.0/8
          252.0.0.0/8 eth0/16 dchp
        #253.0.0.0/8 eth0/16
        254.0.0.0/8 default off #spare
        """;

    private static final Ipv4Prefix FIRST = Ipv4Prefix.parse("250.0.0.0/8");
    private static final UnderlaySpec HOST = UnderlaySpec.parse("10.0.0.45/16");

    private static FanConfig parse(String text) {
        return FanConfig.parse("/etc/network/fan", text);
    }

    private static FanEntry entry(String line) {
        return FanEntry.parse(List.of(line.split(" ")));
    }

    @Test
    void aByteOrderMarkIsNamedAndStays() {
        String text = "\ufeff250.0.0.0/8 10.0.0.45/16\n251.0.0.0/8 10.0.0.45/16\n";
        FanConfig config = parse(text);
        assertThat(config.problems())
                .singleElement()
                .extracting(Throwable::getMessage)
                .isEqualTo("/etc/network/fan:1: it begins with a byte order mark; save it as UTF-8 without one");
        assertThat(config.lines()).containsExactly(new FanConfig.Line(2, entry("251.0.0.0/8 10.0.0.45/16")));
        assertThat(config).hasToString(text);
    }

    @Test
    void goodLinesAreReadPastABadOne() {
        FanConfig config = parse(TEXT);
        assertThat(config.lines())
                .containsExactly(
                        new FanConfig.Line(3, entry("250.0.0.0/8 10.0.0.45/16 dhcp")),
                        new FanConfig.Line(4, entry("251.0.0.0/8 10.1.0.0/16")),
                        new FanConfig.Line(7, entry("254.0.0.0/8 default off")));
        assertThat(config.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(5);
            assertThat(problem.file()).isEqualTo("/etc/network/fan");
            assertThat(problem)
                    .hasMessage(
                            "/etc/network/fan:5: \"dchp\" is not a flag; expected ipip, dhcp, off, host-reserve N,"
                                    + " bridge NAME, port P, vni N, mtu N, underlay-only, no-nat, no-accept, shares LIST, no-fast, overlay6 PREFIX, direct, direct=accept, names, encrypt METHOD:FILE or encrypt-udp");
        });
    }

    @Test
    void aCallerThatNeedsEveryLineGoodHearsOfAllThatAreNot() {
        FanConfig config = parse("foo\n250.0.0.0/8 eth0\nbar baz\n");
        assertThatThrownBy(config::requireValid)
                .isInstanceOf(FanConfigException.class)
                .hasMessageStartingWith("/etc/network/fan:1: \"foo\"")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(other -> assertThat(other).hasMessageStartingWith("/etc/network/fan:3:")));
        FanConfig good = parse("250.0.0.0/8 eth0\n");
        assertThat(good.requireValid()).isSameAs(good);
    }

    @Test
    void aFanThatStandsTwiceIsRefusedWithBothLines() {
        FanConfig config = parse("250.0.0.0/8 10.0.0.0/16\n# and again\n10.0.0.0/16 250.0.0.0/8 dhcp\n");
        assertThat(config.lines()).containsExactly(new FanConfig.Line(1, entry("250.0.0.0/8 10.0.0.0/16")));
        assertThat(config.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .hasMessage(
                                "/etc/network/fan:3: 250.0.0.0/8 10.0.0.0/16 stands on line 1 already; remove one of"
                                        + " the two"));
    }

    @Test
    void twoUnderlayAddressesMayShareAnOverlay() {
        assertThat(parse("250.0.0.0/8 10.0.0.45/16\n250.0.0.0/8 10.0.0.46/16\n").problems())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", " \t\n\n", "#", "# 250.0.0.0/8 eth0", "  #x", "\r\n", "##\n"})
    void commentsAndBlankLinesSayNothing(String text) {
        FanConfig config = parse(text);
        assertThat(config.lines()).isEmpty();
        assertThat(config.problems()).isEmpty();
        assertThat(config).hasToString(text);
    }

    @Test
    void aHashInsideAWordIsPartOfIt() {
        assertThat(parse("250.0.0.0/8 br#1 dhcp").lines())
                .containsExactly(new FanConfig.Line(1, entry("250.0.0.0/8 br#1 dhcp")));
        assertThat(parse("250.0.0.0/8 eth0 dhcp#why").problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem).hasMessageContaining("\"dhcp#why\" is not a flag"));
    }

    @Test
    void linesMayEndAsOnWindowsAndTheLastNeedsNoEnd() {
        FanConfig config = parse("250.0.0.0/8 eth0/16 dhcp\r\n251.0.0.0/8 eth1/16");
        assertThat(config.problems()).isEmpty();
        assertThat(config.lines()).hasSize(2);
        assertThat(config.with(entry("250.0.0.0/8 eth0/16"))).hasToString("250.0.0.0/8 eth0/16\r\n251.0.0.0/8 eth1/16");
    }

    @Test
    void aNewFanGoesToTheEndAndNothingElseMoves() {
        assertThat(parse(TEXT).with(entry("240.0.0.0/8 eth1/20 mtu 1400")))
                .hasToString(TEXT + "240.0.0.0/8 eth1/20 mtu 1400\n");
        assertThat(parse("# no end").with(entry("240.0.0.0/8 eth1"))).hasToString("# no end\n240.0.0.0/8 eth1\n");
        assertThat(FanConfig.empty().with(entry("240.0.0.0/8 eth1"))).hasToString("240.0.0.0/8 eth1\n");
    }

    @Test
    void aReplacedLineKeepsItsIndentAndComment() {
        assertThat(parse(TEXT).with(entry("250.0.0.0/8 10.0.0.45/16 host-reserve 9")))
                .hasToString(TEXT.replace("10.0.0.45/16 dhcp", "10.0.0.45/16 host-reserve 9"));
        assertThat(parse(TEXT).with(entry("251.0.0.0/8 10.1.0.0/16 dhcp")))
                .hasToString(TEXT.replace("10.1.0.0/16\t251.0.0.0/8", "251.0.0.0/8 10.1.0.0/16 dhcp"));
    }

    @Test
    void anEditThatChangesNothingKeepsEvenTheFieldOrder() {
        FanConfig config = parse(TEXT);
        assertThat(config.with(entry("251.0.0.0/8 10.1.0.0/16"))).isSameAs(config);
        assertThat(config.without(Ipv4Prefix.parse("240.0.0.0/8"), HOST)).isSameAs(config);
    }

    @Test
    void aRemovedFanTakesItsLineAndNoOther() {
        FanConfig config = parse(TEXT).without(FIRST, HOST);
        assertThat(config).hasToString(TEXT.replace("250.0.0.0/8 10.0.0.45/16 dhcp   # the first\n", ""));
        assertThat(config.find(FIRST, HOST)).isEmpty();
        assertThat(config.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.line()).isEqualTo(4));
    }

    @Test
    void settingAFanThatStandsTwiceLeavesOneLine() {
        FanConfig config = parse("250.0.0.0/8 eth0\n# between\neth0 250.0.0.0/8 dhcp\n");
        assertThat(config.with(entry("250.0.0.0/8 eth0 off"))).hasToString("250.0.0.0/8 eth0 off\n# between\n");
        assertThat(config.with(entry("250.0.0.0/8 eth0"))).hasToString("250.0.0.0/8 eth0\n# between\n");
        assertThat(config.without(FIRST, UnderlaySpec.parse("eth0"))).hasToString("# between\n");
    }

    @Test
    void aFanIsFoundWithItsLine() {
        assertThat(parse(TEXT).find(FIRST, HOST))
                .contains(new FanConfig.Line(3, entry("250.0.0.0/8 10.0.0.45/16 dhcp")));
        assertThat(parse(TEXT).find(FIRST, UnderlaySpec.parse("10.0.0.0/16"))).isEmpty();
    }

    @Test
    void anEntryThatWouldReadBackAsACommentIsNotWritten() {
        FanEntry entry = new FanEntry(FIRST, HOST, FanOptions.DEFAULT.withBridge("#1"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FanConfig.empty().with(entry))
                .withMessage(
                        "\"250.0.0.0/8 10.0.0.45/16 bridge #1\" cannot be written to /etc/network/fan: it would not"
                                + " read back the same");
    }
}
