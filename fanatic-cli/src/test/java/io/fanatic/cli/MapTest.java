package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import org.junit.jupiter.api.Test;

class MapTest {
    private static final String FAN = " -u 10.0.0.0/16 -o 250.0.0.0/8";

    @Test
    void anUnderlayAddressHasASlice() {
        assertThat(fanatic("map 10.0.45.7" + FAN).done()).isEqualTo("""
            underlay address  10.0.45.7
            slice             250.45.7.0/24
            host address      250.45.7.1/8
            containers        250.45.7.2 - 250.45.7.254
            docker            1/2   250.45.7.128 - 250.45.7.254 (127)
            dhcp              1/4   250.45.7.64 - 250.45.7.127 (64)
            podman            1/8   250.45.7.32 - 250.45.7.63 (32)
            cni               1/8   250.45.7.2 - 250.45.7.31 (30)
            """);
    }

    @Test
    void anOverlayAddressHasAnOwner() {
        assertThat(fanatic("map 250.45.7.99" + FAN).done())
                .startsWith("overlay address   250.45.7.99\nunderlay address  10.0.45.7\n");
        JsonObject json = JsonParser.parseString(
                        fanatic("map 250.45.7.99 --json" + FAN).done())
                .getAsJsonObject();
        assertThat(json.get("kind").getAsString()).isEqualTo("overlay");
        assertThat(json.get("underlayAddress").getAsString()).isEqualTo("10.0.45.7");
    }

    @Test
    void theTypeOfTheTunnelDecidesThePrefixLength() {
        assertThat(fanatic("map 10.0.45.7 -t ipip" + FAN).done()).contains("\nhost address      250.45.7.1/24\n");
        JsonObject json = JsonParser.parseString(
                        fanatic("map 10.0.45.7 --type ipip --json" + FAN).done())
                .getAsJsonObject();
        assertThat(json.get("prefixLength").getAsInt()).isEqualTo(24);
        assertThat(json.get("type").getAsString()).isEqualTo("ipip");
        fanatic("map 10.0.45.7 -t gre" + FAN).refused(ExitCode.USAGE, "\"gre\"", "vxlan or ipip");
    }

    @Test
    void theOwnerIsTheNextHopOfPacketsWithoutEncapsulation() {
        assertThat(fanatic("map 250.45.7.99 --direct" + FAN).done())
                .endsWith("\nnext hop          10.0.45.7 on the same segment; else by VXLAN\n");
        assertThat(fanatic("map 250.45.7.99 --direct --json" + FAN).done()).contains("\"nextHop\": \"10.0.45.7\"");
        assertThat(fanatic("map 250.45.7.99 --json" + FAN).done()).doesNotContain("nextHop");
        fanatic("map 10.0.45.7 --direct -t ipip" + FAN).refused(ExitCode.USAGE, "--direct does not go with ipip");
    }

    @Test
    void anAddressOfNeitherNetworkIsRefused() {
        fanatic("map 192.168.0.1" + FAN).refused(ExitCode.USAGE, "192.168.0.1", "10.0.0.0/16", "250.0.0.0/8");
        fanatic("map 250.0.0.9" + FAN).refused(ExitCode.USAGE, "10.0.0.0");
        fanatic("map nonsense" + FAN).refused(ExitCode.USAGE, "\"nonsense\"");
    }

    @Test
    void theSameForIpv6EitherWay() {
        String fan = " -u 10.0.0.0/16 -o fd00:fa::/48";
        assertThat(fanatic("map 10.0.45.7" + fan).done()).isEqualTo("""
            underlay address  10.0.45.7
            slice             fd00:fa:0:2d07::/64
            host address      fd00:fa:0:2d07::1/64
            containers        fd00:fa:0:2d07::2 - fd00:fa:0:2d07:ffff:ffff:ffff:ffff
            """);
        assertThat(fanatic("map fd00:fa:0:2d07::63" + fan).done())
                .startsWith("overlay address   fd00:fa:0:2d07::63\nunderlay address  10.0.45.7\n");
        assertThat(JsonParser.parseString(
                        fanatic("map fd00:fa:0:2d07::63 --json" + fan).done()))
                .isEqualTo(JsonParser.parseString("""
                        {"schema": 1, "address": "fd00:fa:0:2d07::63", "kind": "overlay", "underlayAddress": "10.0.45.7",
                         "slice": "fd00:fa:0:2d07::/64", "hostAddress": "fd00:fa:0:2d07::1",
                         "firstContainerAddress": "fd00:fa:0:2d07::2",
                         "lastContainerAddress": "fd00:fa:0:2d07:ffff:ffff:ffff:ffff", "prefixLength": 64}"""));
        fanatic("map fd00:fb::1" + fan).refused(ExitCode.USAGE, "fd00:fb::1", "10.0.0.0/16", "fd00:fa::/48");
        fanatic("map fd00:fa::1" + fan).refused(ExitCode.USAGE, "10.0.0.0", "network address");
        fanatic("map 10.0.45.7 -u 10.0.0.0/8 -o fd00:fa::/48").refused(ExitCode.USAGE, "at most /40");
    }

    @Test
    void aNewPrefixIsAnotherEachTimeAndFitsTheUnderlay() {
        String one = fanatic("map --new-ula").done();
        assertThat(one)
                .matches("fd[0-9a-f:]+::/48\n")
                .isNotEqualTo(fanatic("map --new-ula").done());
        assertThat(fanatic("map --new-ula -u 10.0.0.0/8").done()).matches("fd[0-9a-f:]+::/40\n");
    }

    @Test
    void theDerivedPrefixIsTheSameEverywhere() {
        assertThat(fanatic("map --derived-ula" + FAN).done()).isEqualTo("fd77:65d1:ec63::/48\n");
        assertThat(JsonParser.parseString(
                        fanatic("map --derived-ula --json" + FAN).done()))
                .isEqualTo(JsonParser.parseString("{\"schema\": 1, \"overlay\": \"fd77:65d1:ec63::/48\"}"));
        fanatic("map --derived-ula -u 10.0.0.0/16 -o fd00:fa::/48").refused(ExitCode.USAGE, "fd00:fa::/48");
    }

    @Test
    void whatIsMissingOrTooMuchIsNamed() {
        fanatic("map 10.0.45.7 -u 10.0.0.0/16").refused(ExitCode.USAGE, "-o OVERLAY");
        fanatic("map 10.0.45.7 -o 250.0.0.0/8").refused(ExitCode.USAGE, "-u UNDERLAY");
        fanatic("map" + FAN).refused(ExitCode.USAGE, "ADDRESS");
        fanatic("map --derived-ula").refused(ExitCode.USAGE, "-o OVERLAY");
        fanatic("map 10.0.45.7 --new-ula").refused(ExitCode.USAGE, "one of ADDRESS, --new-ula");
    }
}
