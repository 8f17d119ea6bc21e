/**
 * Scripted runs: a {@link io.fanatic.harness.scenario.Scenario} read from YAML, fan-scenario(5), says which hosts and fans there
 * are, what is done to them step by step, and what is expected to hold; a {@link io.fanatic.harness.scenario.ScenarioRun} does it in
 * a lab of its own:
 *
 * <pre>{@code
 * Scenario scenario = Scenario.read(Path.of("examples/two-hosts.yaml"));
 * Report report = new ScenarioRun(scenario, "mylab").run((trial) -> System.out.println(trial.name()));
 * }</pre>
 */
@NullMarked
package io.fanatic.harness.scenario;

import org.jspecify.annotations.NullMarked;
