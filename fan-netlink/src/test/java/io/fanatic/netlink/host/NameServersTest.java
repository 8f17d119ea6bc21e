package io.fanatic.netlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Ipv4Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameServersTest {
    private Path resolved;
    private Path resolvConf;

    @BeforeEach
    void places(@TempDir Path directory) {
        resolved = directory.resolve("resolved");
        resolvConf = directory.resolve("resolv.conf");
    }

    private List<String> forContainers() {
        return NameServers.forContainers(resolved, resolvConf).stream()
                .map(Ipv4Address::toString)
                .toList();
    }

    @Test
    void whatResolvedAsksGoesBeforeItsStub() throws IOException {
        Files.writeString(resolvConf, "nameserver 127.0.0.53\noptions edns0\n");
        Files.writeString(resolved, "# by systemd\nnameserver 10.0.0.1\nnameserver\t10.0.0.2\nsearch lan\n");
        assertThat(forContainers()).containsExactly("10.0.0.1", "10.0.0.2");
    }

    @Test
    void whereResolvedDoesNotRunTheUsualFileTells() throws IOException {
        Files.writeString(
                resolvConf,
                "nameserver 10.0.0.1\n"
                        + " nameserver  10.0.0.2 \n"
                        + "nameserver fe80::1%eth0\n"
                        + "nameserver 10.0.0.1\n"
                        + "#nameserver 10.0.0.3\n"
                        + "nameserver10.0.0.4\n"
                        + "nameserver ::1\n"
                        + "nameserver 0.0.0.0\n"
                        + "nameserver 127.0.0.1");
        assertThat(forContainers()).containsExactly("10.0.0.1", "10.0.0.2");
    }

    @Test
    void aStubAloneIsNoNameServerForAContainer() throws IOException {
        assertThat(forContainers()).isEmpty();
        Files.writeString(resolvConf, "nameserver 127.0.0.53\nnameserver ::1\n");
        Files.writeString(resolved, "nameserver 127.0.1.1\n");
        assertThat(forContainers()).isEmpty();
        Files.writeString(resolvConf, "nameserver 192.0.2.1\n");
        assertThat(forContainers()).containsExactly("192.0.2.1");
    }

    @Test
    void noMoreThanEightAreTold() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= 200; i++) {
            text.append("nameserver 10.0.0.").append(i).append('\n');
        }
        Files.writeString(resolvConf, text);
        assertThat(forContainers()).hasSize(8).startsWith("10.0.0.1");
    }
}
