package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JujuFanConfigTest {

    @Test
    void pairsAreReadInTheirOrderAndWrittenWithOneBlankBetween() {
        JujuFanConfig config = JujuFanConfig.parse("  172.31.0.0/16=252.0.0.0/8 \t\n10.0.0.0/16=250.0.0.0/8 ");
        assertThat(config.fans())
                .containsExactly(
                        FanMapping.of(Ipv4Prefix.parse("252.0.0.0/8"), Ipv4Prefix.parse("172.31.0.0/16")),
                        FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16")));
        assertThat(config).hasToString("172.31.0.0/16=252.0.0.0/8 10.0.0.0/16=250.0.0.0/8");
    }

    @Test
    void anEmptySettingMeansNoFan() {
        assertThat(JujuFanConfig.parse("").fans()).isEmpty();
        assertThat(JujuFanConfig.parse(" \n ")).hasToString("");
    }

    @Provide
    Arbitrary<List<FanMapping>> fans() {
        return LegalFans.fans().list().ofMaxSize(5).map(JujuFanConfigTest::apart);
    }

    private static List<FanMapping> apart(List<FanMapping> fans) {
        List<FanMapping> apart = new ArrayList<>();
        for (FanMapping fan : fans) {
            if (apart.stream().noneMatch(other -> other.overlay().overlaps(fan.overlay()))) {
                apart.add(fan);
            }
        }
        return apart;
    }

    @Property
    void everySettingReadsBackFromItsText(@ForAll("fans") List<FanMapping> fans) {
        JujuFanConfig config = new JujuFanConfig(fans);
        assertThat(JujuFanConfig.parse(config.toString())).isEqualTo(config);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "172.31.0.0/16 | \"172.31.0.0/16\" is not a pair underlay=overlay; expected one such as 172.31.0.0/16=252.0.0.0/8",
                "a=b=c | \"a=b=c\" is not a pair underlay=overlay; expected one such as 172.31.0.0/16=252.0.0.0/8",
                "172.31.0.0/16= | \"172.31.0.0/16=\": \"\" has no prefix length; write it as in 250.0.0.0/8",
                "172.31/16=252.0.0.0/8 | \"172.31/16=252.0.0.0/8\": \"172.31\" is not an IPv4 address such as 10.0.0.45",
                "172.31.5.0/16=252.0.0.0/8 | \"172.31.5.0/16=252.0.0.0/8\": 172.31.5.0/16 has host bits set; the network is 172.31.0.0/16",
                "172.0.0.0/8=252.0.0.0/8 | \"172.0.0.0/8=252.0.0.0/8\": overlay 252.0.0.0/8 must be wider than its underlay, which"
                        + " is a /8; choose an overlay with a prefix of at most /6",
                "252.0.0.0/8=172.31.0.0/16 | \"252.0.0.0/8=172.31.0.0/16\": overlay 172.31.0.0/16 must be wider than its underlay,"
                        + " which is a /8; choose an overlay with a prefix of at most /6",
                "10.0.0.0/16=250.0.0.0/8 10.0.0.0/16=250.0.0.0/8 | \"10.0.0.0/16=250.0.0.0/8\" is given twice",
                "10.0.0.0/16=250.0.0.0/8 10.1.0.0/16=250.0.0.0/8 | \"10.1.0.0/16=250.0.0.0/8\": its overlay is also that of"
                        + " \"10.0.0.0/16=250.0.0.0/8\"; choose another overlay",
            })
    void aBadPairIsRefusedAndQuoted(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JujuFanConfig.parse(text))
                .withMessage(message);
    }

    @Test
    void aSubnetHasASegmentOfEachFanItLiesIn() {
        JujuFanConfig config = JujuFanConfig.parse("172.31.0.0/16=243.0.0.0/8 10.0.0.0/16=250.0.0.0/8");
        assertThat(config.segments(Ipv4Prefix.parse("172.31.64.0/20")))
                .containsExactly(Ipv4Prefix.parse("243.64.0.0/12"));
        assertThat(config.segments(Ipv4Prefix.parse("192.168.0.0/24"))).isEmpty();
        assertThat(config.segments(Ipv4Prefix.parse("172.16.0.0/12"))).isEmpty();
    }
}
