package io.fanatic.harness.proof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MatrixTest {

    @Test
    void columnsAreAsWideAsTheirWidestWordAndEmptyCellsShowADash() {
        Matrix matrix = new Matrix()
                .add("h1", "h1c1", "0.03")
                .add("h1", "h2c1", "12345.67")
                .add("h1c1", "h2c1", "0.06");

        assertThat(matrix.lines())
                .containsExactly(
                        "      h1c1      h2c1", //
                        "h1    0.03  12345.67",
                        "h1c1     -      0.06");
        assertThat(matrix.width()).isEqualTo(20);
    }
}
