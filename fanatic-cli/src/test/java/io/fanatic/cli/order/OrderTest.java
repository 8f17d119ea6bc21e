package io.fanatic.cli.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLabExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A fan, real container engines and real firewalls on one host, started, stopped, restarted, killed and upgraded in any order: after
 * each step who should reach whom does, nobody else does who would not without a fan, no address is there twice, and the programs say
 * what is so; in the end {@code deconfigure} leaves what a host without a fan has.
 *
 * <p>Each failure ends with the option that plays its order once more.
 */
@ExtendWith(FanLabExtension.class)
class OrderTest {
    private static final String OPTION = "fanatic.order";

    /** Some of all, or those that are asked for, with semicolons between them. */
    @TestFactory
    Stream<DynamicTest> orders() {
        String wanted = System.getProperty(OPTION, "");
        List<String> some = wanted.isEmpty()
                ? List.of(
                        "fan-start,docker-start,docker-kill,docker-start",
                        "incus-start,fan-start,fan-kill,fan-start,incus-kill,incus-start",
                        "firewalld-start,fan-start,podman-start,firewalld-restart,firewalld-kill,firewalld-start")
                : List.of(wanted.split(";"));
        return some.stream().map(Order::parse).map(OrderTest::test);
    }

    /** The fan and one other. */
    @TestFactory
    @Tag("long")
    Stream<DynamicTest> ordersOfTwo() {
        return Order.all(1).stream().map(OrderTest::test);
    }

    /** The fan and two others. */
    @TestFactory
    @Tag("long")
    Stream<DynamicTest> ordersOfThree() {
        return Order.all(2).stream().map(OrderTest::test);
    }

    private static DynamicTest test(Order order) {
        return DynamicTest.dynamicTest(order.toString(), () -> play(order));
    }

    private static void play(Order order) {
        Reference reference = Reference.of(order);
        try (Stage stage = new Stage(order.who());
                Judge judge = new Judge(stage)) {
            for (int i = 1; i <= order.steps().size(); i++) {
                Order sofar = order.first(i);
                List<String> wrong = new ArrayList<>();
                try {
                    stage.play(order.steps().get(i - 1));
                    Openness without =
                            reference.openness().get(sofar.withoutFan().steps().size());
                    wrong.addAll(judge.wrong(without));
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(again(sofar) + e.getMessage(), e);
                }
                assertThat(wrong).as(again(sofar)).isEmpty();
            }
            assertThat(reference.end().changesTo(stage.end()))
                    .as(again(order) + "what is other in the end than without a fan")
                    .isEmpty();
        }
    }

    private static String again(Order order) {
        return "-D" + OPTION + "=" + order + ": ";
    }
}
