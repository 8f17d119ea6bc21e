package io.fanatic.harness.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpusTest {

    @Test
    void theKernelsListsAreRead() {
        assertThat(Cpus.parse("\t0-3,8\n")).containsExactly(0, 1, 2, 3, 8);
        assertThat(Cpus.parse("5")).containsExactly(5);
    }
}
