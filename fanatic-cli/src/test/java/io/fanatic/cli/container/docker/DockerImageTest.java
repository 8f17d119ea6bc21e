package io.fanatic.cli.container.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Names of images. */
class DockerImageTest {
    @Test
    void anImageGetsItsTag() {
        assertThat(DockerImage.tagged("busybox")).isEqualTo("busybox:latest");
        assertThat(DockerImage.tagged("localhost:5000/x")).isEqualTo("localhost:5000/x:latest");
        assertThat(DockerImage.tagged("localhost:5000/x:1")).isEqualTo("localhost:5000/x:1");
        assertThat(DockerImage.tagged("x@sha256:00")).isEqualTo("x@sha256:00");
    }
}
