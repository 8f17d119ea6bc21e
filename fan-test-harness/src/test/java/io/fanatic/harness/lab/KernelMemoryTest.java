package io.fanatic.harness.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelMemoryTest {
    @Test
    void itIsWhatTheKernelItselfHolds() {
        assertThat(KernelMemory.of("MemFree:  9 kB\nSlab:   100 kB\nPercpu: 20 kB\nPageTables: 3 kB\nCached: 7 kB\n"))
                .isEqualTo(new KernelMemory(123 * 1024));
        assertThat(KernelMemory.now().bytes()).isGreaterThan(1 << 20);
    }
}
