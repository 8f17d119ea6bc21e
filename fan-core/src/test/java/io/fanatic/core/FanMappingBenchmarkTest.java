package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FanMappingBenchmarkTest {

    @Test
    void everyContestantGivesTheSameAnswer() {
        FanMappingBenchmark benchmark = new FanMappingBenchmark();
        assertThat(benchmark.sliceText())
                .isEqualTo("250.0.45.0/24")
                .isEqualTo(benchmark.sliceTextCommonsNet())
                .isEqualTo(benchmark.sliceTextIpaddress());
        assertThat(benchmark.ownerText())
                .isEqualTo("10.0.0.45")
                .isEqualTo(benchmark.ownerTextCommonsNet())
                .isEqualTo(benchmark.ownerTextIpaddress());
        assertThat(benchmark.sliceValue()).isEqualTo(Ipv4Address.of(benchmark.sliceBits() + 1));
        assertThat(benchmark.ownerValue()).isEqualTo(Ipv4Address.of(benchmark.ownerBits()));
    }
}
