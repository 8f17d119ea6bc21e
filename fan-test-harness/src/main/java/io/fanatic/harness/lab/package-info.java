/**
 * Several hosts on one machine: network namespaces on one underlay, each with its own {@code /etc}, {@code /run} and {@code
 * /var/lib}, so that the real programs run in them unchanged. Start at {@link io.fanatic.harness.lab.Lab}:
 *
 * <pre>{@code
 * try (Lab lab = Lab.up(LabSpec.named("mylab").withHosts(3).withContainers(2))) {
 *     lab.fanUp(FanControl.fanctl(Path.of("/usr/sbin/fanctl")));
 *     lab.hosts().get(0).exec("ping", "-c1", "250.0.2.1").orThrow();
 * }
 * }</pre>
 */
@NullMarked
package io.fanatic.harness.lab;

import org.jspecify.annotations.NullMarked;
