package io.fanatic.harness.reach;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Encryption;
import io.fanatic.core.Ipv4Address;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private static final Ipv4Address THERE = Ipv4Address.parse("10.0.0.2");

    /** UNDERLAY and OVERLAY are those of the fan: PeerReport fills them in. */
    @Test
    void commandsAboutKeysNameTheFileAndNothingIsLeftForAPersonToFillIn() {
        Encryption here = Encryption.parse("psk:/etc/fanatic/fan.key");
        assertThat(new Explanation.WrongKey(THERE, here.file()).command()).isEqualTo("sha256sum /etc/fanatic/fan.key");
        assertThat(new Explanation.ClearTextThere(THERE, here.withUdp(true)).command())
                .endsWith("-o OVERLAY --encrypt psk:/etc/fanatic/fan.key --encrypt-udp");
        assertThat(new Explanation.EncryptedThere(THERE).command()).isEqualTo("fanctl show");
    }
}
