package io.fanatic.netlink.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SysctlTest {
    private static final String FORWARD = "net/ipv4/ip_forward";

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @Test
    void netBelongsToTheNamespaceOfTheThread() {
        String outside = Sysctl.read(FORWARD);
        String changed = outside.equals("1") ? "0" : "1";

        inside.call(() -> {
            Sysctl.write(FORWARD, changed);
            return true;
        });

        assertThat(inside.<String>call(() -> Sysctl.read(FORWARD))).isEqualTo(changed);
        assertThat(inside.sh("cat /proc/sys/" + FORWARD).strip()).isEqualTo(changed);
        assertThat(Sysctl.read(FORWARD)).isEqualTo(outside);
        assertThat(Sysctl.read("net.ipv4.ip_forward")).isEqualTo(outside);
    }

    /** The kernel prints a number once; a reader that asks for one byte first gets one digit. */
    @Test
    void aNumberOfSeveralDigitsIsReadWhole() {
        assertThat(inside.<String>call(() -> Sysctl.read("net.ipv4.ip_local_port_range")))
                .isEqualTo(
                        inside.sh("cat /proc/sys/net/ipv4/ip_local_port_range").strip())
                .hasSizeGreaterThan(3);
        assertThat(inside.<String>call(() -> Sysctl.read("net.ipv4.ip_default_ttl")))
                .isEqualTo("64");
    }

    @Test
    void interfacesOfTheNamespaceAreSeenEvenWithDotsInTheirNames() {
        inside.sh("ip link add br.0 type bridge");

        assertThat(inside.call(() -> Sysctl.find("net/ipv4/conf/br.0/rp_filter")))
                .isPresent();
        assertThat(Sysctl.find("net/ipv4/conf/br.0/rp_filter")).isEmpty();
    }

    @Test
    void anAbsentParameterIsEmptyToReadAndAnErrorToWrite() {
        assertThat(Sysctl.find("net/ipv4/no_such")).isEmpty();
        assertThatThrownBy(() -> Sysctl.read("net/ipv4/no_such"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("net/ipv4/no_such");
        assertThatThrownBy(() -> Sysctl.write("net/ipv4/no_such", "1"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("net/ipv4/no_such");
    }

    @Test
    void aRefusedValueIsAnError() {
        assertThatThrownBy(() -> inside.call(() -> {
                    Sysctl.write(FORWARD, "a lot");
                    return true;
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(FORWARD);
    }

    @Test
    void nothingOutsideProcSysIsTouched() {
        assertThatThrownBy(() -> Sysctl.read("../self/status")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Sysctl.read("")).isInstanceOf(IllegalArgumentException.class);
    }
}
