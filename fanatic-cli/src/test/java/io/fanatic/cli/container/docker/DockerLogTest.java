package io.fanatic.cli.container.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What Docker wrote last. */
class DockerLogTest {
    @Test
    void dockersLastWordsAreWhatItEndedWith() {
        String id = "0123456789ab".repeat(6).substring(0, 64);
        assertThat(DockerLog.of("""
                        time="1" level=info msg="Starting up"
                        failed to start daemon: an earlier one
                        time="2" level=warning msg="stopping"
                        failed to start daemon: conflicts with network %s (fan-250): networks have same bridge name
                        Main process exited, code=exited, status=1/FAILURE
                        """.formatted(id)))
                .contains("failed to start daemon: conflicts with network 0123456789ab (fan-250): networks have same"
                        + " bridge name");
        assertThat(DockerLog.of("time=\"1\" level=info msg=\"Starting up\"\n")).isEmpty();
    }
}
