package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.lab.LabHost;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An encrypted fan of 16 hosts: what each has of the others. */
class EncryptedSixteenCases extends EncryptedLab {
    @Override
    int hosts() {
        return 16;
    }

    /** What strongSwan was told, without this host's own address. */
    private String told(LabHost host) {
        String own = host.underlayAddress().toString();
        return sh(host, "cat /run/fanatic/strongswan-fan-250:*.conf")
                .replace(own + "/", "OWN/")
                .replace(own + ",", "OWN,")
                .replace(own.replace('.', '-') + ".", "OWN.")
                .replace("fan-250-" + own.replace('.', '-') + " ", "fan-250-OWN ");
    }

    private List<String> peers(LabHost host) {
        return sh(
                        host,
                        "ip xfrm state | sed -n 's/^src \\([0-9.]*\\) dst \\([0-9.]*\\)$/\\1\\n\\2/p' | grep -v '^"
                                + host.underlayAddress() + "$' | sort -u || :")
                .lines()
                .toList();
    }

    @Test
    void aHostHasTheSameLinesInAFanOfTwoAndOfSixteenAndKeysWithThoseItTalksToOnly() {
        for (LabHost host : List.of(h1, h2)) {
            startDaemon(host);
            ENCRYPTED.up(host);
        }
        String ofTwo = told(h1);
        assertThat(ofTwo).contains("OWN", "10.0.0.0/16").doesNotContain("10.0.0.2");
        for (LabHost host : lab.hosts().subList(2, 16)) {
            startDaemon(host);
            ENCRYPTED.up(host);
        }
        for (LabHost host : lab.hosts()) {
            assertThat(told(host)).isEqualTo(ofTwo);
        }
        LabHost h3 = lab.hosts().get(2);
        for (LabHost to : List.of(h2, h3)) {
            String address = FAN.slice(to.underlayAddress()).hostAddress().toString();
            sh(h1, "for i in $(seq 60); do ping -q -c 1 -W 1 " + address + " >/dev/null && exit 0; done; exit 1");
        }
        assertThat(peers(h1))
                .containsExactly(
                        h2.underlayAddress().toString(), h3.underlayAddress().toString());
        assertThat(peers(h3)).containsExactly(h1.underlayAddress().toString());
        for (LabHost host : lab.hosts().subList(3, 16)) {
            assertThat(peers(host)).as(host.name()).isEmpty();
        }
    }
}
