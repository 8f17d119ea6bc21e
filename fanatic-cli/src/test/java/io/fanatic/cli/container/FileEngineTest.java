package io.fanatic.cli.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.container.cni.CniEngine;
import io.fanatic.cli.container.podman.PodmanEngine;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import org.junit.jupiter.api.Test;

/** The files that Podman and the CNI plugins read. */
class FileEngineTest {
    private static final FanAttachment FAN = new FanAttachment(
            TunnelType.VXLAN,
            "fan-250",
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"))
                    .slice(Ipv4Address.parse("10.0.0.45"), 2),
            1450,
            false,
            Shares.DEFAULT);

    @Test
    void podmansNetworkAndCnisListGiveAllAddressesOfTheirShareAndNoOther() {
        assertThat(PodmanEngine.network(FAN).toString())
                .contains("\"lease_range\":{\"start_ip\":\"250.0.45.32\",\"end_ip\":\"250.0.45.63\"}")
                .contains("\"subnet\":\"250.0.0.0/8\",\"gateway\":\"250.0.45.1\"")
                .contains("\"mode\":\"unmanaged\",\"mtu\":\"1450\"")
                .containsPattern("\"id\":\"[0-9a-f]{64}\"");
        assertThat(CniEngine.conflist(FAN).toString())
                .contains("\"subnet\":\"250.0.0.0/8\",\"rangeStart\":\"250.0.45.3\",\"rangeEnd\":\"250.0.45.31\"")
                .contains("\"gateway\":\"250.0.45.1\"", "\"ipMasq\":false", "\"mtu\":1450");
    }
}
