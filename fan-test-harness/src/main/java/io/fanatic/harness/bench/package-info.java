/**
 * What a fan costs: the same traffic over a fan, over a plain VXLAN bridged the same way and over the bare underlay, taken
 * in turns within one run; and what a host has to remember as the number of hosts grows.
 *
 * <p>Start at {@link io.fanatic.harness.bench.Bench} for speed and at {@link io.fanatic.harness.bench.Scale} for state.
 */
@NullMarked
package io.fanatic.harness.bench;

import org.jspecify.annotations.NullMarked;
