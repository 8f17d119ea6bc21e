/**
 * What a fan has to do, tried on a lab: {@link io.fanatic.harness.proof.Proof} tries one kind of thing everywhere, {@link
 * io.fanatic.harness.proof.TestRun} all of them, one stage after the other, and makes a report:
 *
 * <pre>{@code
 * try (Lab lab = Lab.up(LabSpec.named("mylab").withHosts(3).withContainers(2)); Proof proof = new Proof(lab)) {
 *     lab.fanUp(FanControl.fanctl(Path.of("/usr/sbin/fanctl")));
 *     Report report = new TestRun(lab, Selection.sensible(lab), proof).runAll().report();
 * }
 * }</pre>
 */
@NullMarked
package io.fanatic.harness.proof;

import org.jspecify.annotations.NullMarked;
