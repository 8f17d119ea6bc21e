package io.fanatic.harness.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hands tests a running lab, as a parameter of type {@link io.fanatic.harness.lab.Lab}:
 *
 * <pre>{@code
 * @FanLab(hosts = 3)
 * class MyTest {
 *     @Test
 *     void containersSeeEachOther(Lab lab) {
 *         LabContainer first = lab.containers().get(0);
 *         lab.exec(first, List.of("ping", "-c1", "250.0.2.2")).orThrow();
 *     }
 * }
 * }</pre>
 *
 * <p>On a class, all its tests share one lab; on a method, the test has one of its own. Either is gone afterwards, whatever
 * happened. Where the tests do not run as root they are disabled, with the reason; as root they never are.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(FanLabExtension.class)
public @interface FanLab {

    /** {@return how many hosts, 1 to 250} */
    int hosts() default 3;

    /** {@return how many containers on each host, 0 to 250} */
    int containers() default 2;

    /** {@return the underlay's network, which gives each host an address} */
    String underlay() default "10.0.0.0/16";

    /** {@return the overlay's network, wide enough for a slice of each host} */
    String overlay() default "250.0.0.0/8";

    /** {@return the largest packet between hosts, in bytes} */
    int underlayMtu() default 1500;

    /** {@return the fan's flags, as a line of /etc/network/fan has them: {@code "ipip"}, {@code "dhcp mtu 1400"}} */
    String flags() default "";

    /** {@return whether the fan is up and the containers are attached when the tests start} */
    boolean fan() default true;
}
