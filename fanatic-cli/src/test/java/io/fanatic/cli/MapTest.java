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
    void anAddressOfNeitherNetworkIsRefused() {
        fanatic("map 192.168.0.1" + FAN).refused(ExitCode.USAGE, "192.168.0.1", "10.0.0.0/16", "250.0.0.0/8");
        fanatic("map 250.0.0.9" + FAN).refused(ExitCode.USAGE, "10.0.0.0");
        fanatic("map nonsense" + FAN).refused(ExitCode.USAGE, "\"nonsense\"");
    }
}
