package io.fanatic.harness.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ResultTest {
    private static final Result PLAIN = result(0, 10, 20, 40);

    @Test
    void theMedianIsTheMiddleOneWhateverTheOrder() {
        assertThat(result(0, 3, 1, 2).median()).isEqualTo(2);
        assertThat(result(0, 4, 1, 2, 3).median()).isEqualTo(2.5);
    }

    @Test
    void ratiosAreOfMediansOrOfRounds() {
        Result fan = result(0, 9, 19, 20); // 0.9, 0.95, 0.5 of the same round

        assertThat(fan.ratioTo(PLAIN)).isEqualTo(0.95, within(1e-9));
        assertThat(fan.ratioByRoundTo(PLAIN)).isEqualTo(0.9, within(1e-9));
        assertThat(fan.lowest()).isEqualTo(9);
        assertThat(fan.highest()).isEqualTo(20);
    }

    @Test
    void theBarIsMetFromItsVeryValueOn() {
        assertThat(verdict(result(0, 19.4, 19.4, 19.4))).isEqualTo(Comparison.Verdict.MET);
        assertThat(verdict(result(0, 19.3, 19.3, 19.3))).isEqualTo(Comparison.Verdict.NOT_MET);
    }

    @Test
    void nothingIsSaidOfABusyMachine() {
        Result fan = result(0, 30, 30, 30);
        Result disturbed = result(0.02, 10, 20, 40);
        assertThat(verdict(fan, disturbed, PLAIN)).isEqualTo(Comparison.Verdict.DISTURBED);
        assertThat(verdict(fan, PLAIN, disturbed)).isEqualTo(Comparison.Verdict.DISTURBED);
    }

    @Test
    void whatTheFanMakesTheKernelDoIsTheFansCostAndNoDisturbance() {
        assertThat(verdict(result(0.02, 19.3, 19.3, 19.3))).isEqualTo(Comparison.Verdict.NOT_MET);
    }

    private static Comparison.Verdict verdict(Result fan) {
        return verdict(fan, PLAIN, PLAIN);
    }

    private static Comparison.Verdict verdict(Result fan, Result plain, Result bare) {
        return new Comparison(new Load.Tcp(1), fan, new Result(Bench.PLAIN, plain.samples()), bare)
                .verdict(Bar.KERNEL_DEVICE.get(0));
    }

    private static Result result(double waited, double... rates) {
        return new Result(
                "any",
                Arrays.stream(rates)
                        .mapToObj(rate -> new Sample(rate, 1, 0, 1398, 0, waited, 0))
                        .toList());
    }
}
